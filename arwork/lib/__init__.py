"""What every part uses and no part of the field needs to know: no domain knowledge here.

Kept true: nothing here imports a room of the field.

    append_only     lifts the triggers of append-only tables, for a block
    merged_rows     two rows become one, and two again: what names the one names the other
    payer_network_settings  the network over which payers are asked, as the environment names it
    payment_settings  the card processor, as the environment names it
    money           Decimal dollars, integer cents
    clock           the only place that asks the time
    dates           business days and federal holidays
    dated_rules     rules with a first and a last day: which one applies
    encrypted_fields  fields whose values are encrypted in the database
    encrypted_files  files encrypted as they are written
    kept_files      files kept by what they hold, compressed and encrypted
    encryption      encrypts single values, and digests them
    errors          anticipated errors
    events          what the books announce, delivered at least once
    models          announcements that wait
    background      rings the doorbell of a task
    beat            the scheduler, one at a time
    heartbeats      signs of life of workers and beat
    bulk            many rows at once; with `locks` the only raw SQL outside migrations
    locks           what is shared by who uses it, and held alone by who changes it
    compiled_query  a query compiled once
    conditions      conditions as columns
    paging          pages by key
    prefixes        text that begins with something
    ids             ids as addresses name them
    key_check       whether the keys at hand are those of the database
    key_rotation    encrypts fields under the newest key
    keyring         the keys of encrypted values, as settings name them
    saml            the question and the answer of SAML 2.0
    saml_settings   the identity provider, as settings name it
    message_settings  who carries messages to patients, as settings name it
    sftp_settings   partners who take files by SFTP, as settings name them
    database_roles  the owner who migrates, the application that works
    schema          whether the database fits this version
    nacha           writes ACH files, line by line
    nacha_reading   reads and checks them
    sensitive       card and social security numbers have no place in free text
    typed_text      one net for them under everything that people and programs send
    tabs            what stands in the tabs of a list, and whose it is
    uploads         how much may be uploaded at once
    short_cache     a cache that can be done without
    logs            structured logs without patient data
    memory          how often Python collects garbage
    retention       what is older than its rule allows
    races           two at the same rows at the same moment
    own_keys        keys of an installation that was given none
    places          where things lie on this machine
    safe_settings   refuses settings, and closes files, that would let strangers in
"""
