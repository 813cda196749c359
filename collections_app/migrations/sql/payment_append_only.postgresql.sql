CREATE FUNCTION collections_app_payment_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was recorded is append-only: record a reversal' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER paymentstep_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_paymentstep
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_payment_append_only();
CREATE TRIGGER paymentstep_append_only_delete BEFORE DELETE ON collections_app_paymentstep
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_payment_append_only();
