CREATE FUNCTION collections_people_asked_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what people said and were asked is append-only: record another entry'
USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER consentevent_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_consentevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_people_asked_append_only();
CREATE TRIGGER consentevent_append_only_delete BEFORE DELETE ON collections_app_consentevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_people_asked_append_only();
CREATE TRIGGER identitycheck_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_identitycheck
FOR EACH STATEMENT EXECUTE FUNCTION collections_people_asked_append_only();
CREATE TRIGGER identitycheck_append_only_delete BEFORE DELETE ON collections_app_identitycheck
FOR EACH STATEMENT EXECUTE FUNCTION collections_people_asked_append_only();
CREATE TRIGGER scripttext_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_scripttext
FOR EACH STATEMENT EXECUTE FUNCTION collections_people_asked_append_only();
CREATE TRIGGER scripttext_append_only_delete BEFORE DELETE ON collections_app_scripttext
FOR EACH STATEMENT EXECUTE FUNCTION collections_people_asked_append_only();
