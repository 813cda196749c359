CREATE FUNCTION collections_app_assistance_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what happened to an application for assistance is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER assistanceevent_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_assistanceevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_assistance_append_only();
CREATE TRIGGER assistanceevent_append_only_delete BEFORE DELETE ON collections_app_assistanceevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_assistance_append_only();
