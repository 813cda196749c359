CREATE FUNCTION collections_app_portaldeed_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what a patient did is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER portaldeed_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_portaldeed
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_portaldeed_append_only();
CREATE TRIGGER portaldeed_append_only_delete BEFORE DELETE ON collections_app_portaldeed
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_portaldeed_append_only();
