CREATE FUNCTION collections_app_route_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a chosen route is append-only: choose another, or take it back' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER routechoice_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_routechoice
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_route_append_only();
CREATE TRIGGER routechoice_append_only_delete BEFORE DELETE ON collections_app_routechoice
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_route_append_only();
CREATE TRIGGER routewithdrawal_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_routewithdrawal
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_route_append_only();
CREATE TRIGGER routewithdrawal_append_only_delete BEFORE DELETE ON collections_app_routewithdrawal
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_route_append_only();
