CREATE FUNCTION claims_person_change_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'changes of people are append-only: record another change' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER personchange_append_only_update BEFORE UPDATE OR TRUNCATE ON claims_personchange
FOR EACH STATEMENT EXECUTE FUNCTION claims_person_change_append_only();
CREATE TRIGGER personchange_append_only_delete BEFORE DELETE ON claims_personchange
FOR EACH STATEMENT EXECUTE FUNCTION claims_person_change_append_only();
CREATE TRIGGER changedfield_append_only_update BEFORE UPDATE OR TRUNCATE ON claims_changedfield
FOR EACH STATEMENT EXECUTE FUNCTION claims_person_change_append_only();
CREATE TRIGGER changedfield_append_only_delete BEFORE DELETE ON claims_changedfield
FOR EACH STATEMENT EXECUTE FUNCTION claims_person_change_append_only();
