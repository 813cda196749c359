CREATE FUNCTION collections_app_outgoingevent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what happened to an outgoing claim is append-only: record the next step' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER outgoingevent_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_outgoingevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_outgoingevent_append_only();
CREATE TRIGGER outgoingevent_append_only_delete BEFORE DELETE ON collections_app_outgoingevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_outgoingevent_append_only();
