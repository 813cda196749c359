CREATE TRIGGER personchange_append_only_update BEFORE UPDATE ON claims_personchange
BEGIN SELECT RAISE(ABORT, 'changes of people are append-only: record another change'); END;
CREATE TRIGGER personchange_append_only_delete BEFORE DELETE ON claims_personchange
BEGIN SELECT RAISE(ABORT, 'changes of people are append-only: record another change'); END;
CREATE TRIGGER changedfield_append_only_update BEFORE UPDATE ON claims_changedfield
BEGIN SELECT RAISE(ABORT, 'changes of people are append-only: record another change'); END;
CREATE TRIGGER changedfield_append_only_delete BEFORE DELETE ON claims_changedfield
BEGIN SELECT RAISE(ABORT, 'changes of people are append-only: record another change'); END;
