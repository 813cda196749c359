CREATE FUNCTION collections_app_releases_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was released, and by what right, is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER screening_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_screening
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_releases_append_only();
CREATE TRIGGER screening_append_only_delete BEFORE DELETE ON collections_app_screening
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_releases_append_only();
CREATE TRIGGER authorizationrevocation_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_authorizationrevocation
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_releases_append_only();
CREATE TRIGGER authorizationrevocation_append_only_delete BEFORE DELETE ON collections_app_authorizationrevocation
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_releases_append_only();
CREATE TRIGGER requestpaper_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_requestpaper
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_releases_append_only();
CREATE TRIGGER requestpaper_append_only_delete BEFORE DELETE ON collections_app_requestpaper
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_releases_append_only();
CREATE TRIGGER recordrelease_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_recordrelease
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_releases_append_only();
CREATE TRIGGER recordrelease_append_only_delete BEFORE DELETE ON collections_app_recordrelease
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_releases_append_only();
