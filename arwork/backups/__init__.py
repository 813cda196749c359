"""Backups: everything that a restore needs, in one folder of encrypted files, read back before it counts.

Kept true: the database, the received bytes, the keys and the seals of the audit trail go together, because without its
keys a restored database finds nobody again, and without its seals nothing outside of it proves its trail; nothing of a
patient reaches the disk of a backup in the clear; a backup counts once every byte of it has been read back and agrees;
a restore never writes over data unless it was told to, and ends with proofs.

    sealed     encrypted files of one backup, as the program `age` reads them
    databases  one consistent copy of the database out of either engine, and into it
    services   make a backup, check it, restore it, drop the oldest
"""
