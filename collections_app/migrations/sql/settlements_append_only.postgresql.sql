CREATE FUNCTION collections_app_settlements_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was offered to a patient is append-only: offer anew' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER settlementvisit_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_settlementvisit
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_settlements_append_only();
CREATE TRIGGER settlementvisit_append_only_delete BEFORE DELETE ON collections_app_settlementvisit
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_settlements_append_only();
CREATE TRIGGER settlementpayment_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_settlementpayment
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_settlements_append_only();
CREATE TRIGGER settlementpayment_append_only_delete BEFORE DELETE ON collections_app_settlementpayment
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_settlements_append_only();
CREATE TRIGGER settlementevent_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_settlementevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_settlements_append_only();
CREATE TRIGGER settlementevent_append_only_delete BEFORE DELETE ON collections_app_settlementevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_settlements_append_only();
CREATE TRIGGER helpoffer_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_helpoffer
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_settlements_append_only();
CREATE TRIGGER helpoffer_append_only_delete BEFORE DELETE ON collections_app_helpoffer
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_settlements_append_only();
