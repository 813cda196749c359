"""What every part uses and no part of the field needs to know: no domain knowledge here.

Kept true: nothing here imports a room of the field.

    money           Decimal dollars, integer cents
    clock           the only place that asks the time
    dates           business days and federal holidays
    dated_rules     rules with a first and a last day: which one applies
    errors          anticipated errors
    events          what the books announce, delivered at least once
    models          announcements that wait
    background      rings the doorbell of a task
    beat            the scheduler, one at a time
    heartbeats      signs of life of workers and beat
    bulk            many rows at once; the only raw SQL outside migrations
    compiled_query  a query compiled once
    conditions      conditions as columns
    paging          pages by key
    prefixes        text that begins with something
    ids             ids as addresses name them
    database_roles  the owner who migrates, the application that works
    schema          whether the database fits this version
    sensitive       card and social security numbers have no place in free text
    short_cache     a cache that can be done without
    logs            structured logs without patient data
    memory          how often Python collects garbage
    kept_secrets    secrets that have to be read again, encrypted
    races           two at the same rows at the same moment
    places          where things lie on this machine
"""
