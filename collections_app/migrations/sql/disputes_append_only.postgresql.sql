CREATE FUNCTION collections_app_disputeevent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what happened to a dispute is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER disputeevent_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_disputeevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_disputeevent_append_only();
CREATE TRIGGER disputeevent_append_only_delete BEFORE DELETE ON collections_app_disputeevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_disputeevent_append_only();
