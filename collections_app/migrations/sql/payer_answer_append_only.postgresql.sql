CREATE FUNCTION collections_app_payer_answer_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what a payer answered is append-only: its next answer is another row' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER statusanswer_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_statusanswer
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_payer_answer_append_only();
CREATE TRIGGER statusanswer_append_only_delete BEFORE DELETE ON collections_app_statusanswer
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_payer_answer_append_only();
CREATE TRIGGER coveragereply_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_coveragereply
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_payer_answer_append_only();
CREATE TRIGGER coveragereply_append_only_delete BEFORE DELETE ON collections_app_coveragereply
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_payer_answer_append_only();
