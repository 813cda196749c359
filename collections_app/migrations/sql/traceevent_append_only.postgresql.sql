CREATE FUNCTION collections_app_traceevent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was done to find somebody is append-only: record the next step' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER traceevent_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_traceevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_traceevent_append_only();
CREATE TRIGGER traceevent_append_only_delete BEFORE DELETE ON collections_app_traceevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_traceevent_append_only();
