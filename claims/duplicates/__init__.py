"""One claim under two numbers, one person under two names: found, shown side by side, merged, and taken apart again.

Kept true: nothing is merged but by a person; a merger moves money by postings and papers by name, and taking it back
gives the same books; what stands in the way is said before; two claims or people that somebody told apart are never
asked about again; nothing is merged across practices.

    models             mergers, and pairs of people who may be one
    claim_questions    the pairs of claims that wait for a decision, side by side, and what was decided
    merge_plan         what merging two claims would do to their money, and what speaks against it
    claim_merge        two claims become one: the money by postings, the papers by name; taken back
    likeness           how likely two people are one, and by what
    person_pairs       who may be one: found in sets, decided by people
    person_comparison  two people side by side, with what would move
    person_merge       two people and their accounts become one; taken back
"""
