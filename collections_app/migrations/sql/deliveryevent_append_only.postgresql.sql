CREATE FUNCTION collections_app_deliveryevent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what became of a delivery is append-only: record the next step' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER deliveryevent_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_deliveryevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_deliveryevent_append_only();
CREATE TRIGGER deliveryevent_append_only_delete BEFORE DELETE ON collections_app_deliveryevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_deliveryevent_append_only();
