"""The stories of ../shared/edi/cases, each with its right figures: small invented files that arwork once got wrong.

`playing` reads the files in the order named and looks at the books; a module for each group of kinds holds one small
block a story. A run that is not right yet is marked `wrong` with its kind, strictly: who mends it takes the mark away.
"""
