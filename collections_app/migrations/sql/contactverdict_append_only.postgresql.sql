CREATE FUNCTION collections_app_contactverdict_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what the gate said stands: record another contact' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER contactverdict_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_contactverdict
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_contactverdict_append_only();
CREATE TRIGGER contactverdict_append_only_delete BEFORE DELETE ON collections_app_contactverdict
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_contactverdict_append_only();
