CREATE FUNCTION collections_letters_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'letters are append-only: take one back, and make another' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER letter_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_letter
FOR EACH STATEMENT EXECUTE FUNCTION collections_letters_append_only();
CREATE TRIGGER letter_append_only_delete BEFORE DELETE ON collections_app_letter
FOR EACH STATEMENT EXECUTE FUNCTION collections_letters_append_only();
CREATE TRIGGER lettervoid_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_lettervoid
FOR EACH STATEMENT EXECUTE FUNCTION collections_letters_append_only();
CREATE TRIGGER lettervoid_append_only_delete BEFORE DELETE ON collections_app_lettervoid
FOR EACH STATEMENT EXECUTE FUNCTION collections_letters_append_only();
