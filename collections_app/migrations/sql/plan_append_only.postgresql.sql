CREATE FUNCTION collections_app_plan_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was agreed about a plan is append-only: agree on a new schedule' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER planschedule_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_planschedule
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_plan_append_only();
CREATE TRIGGER planschedule_append_only_delete BEFORE DELETE ON collections_app_planschedule
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_plan_append_only();
CREATE TRIGGER planinstallment_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_planinstallment
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_plan_append_only();
CREATE TRIGGER planinstallment_append_only_delete BEFORE DELETE ON collections_app_planinstallment
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_plan_append_only();
CREATE TRIGGER planvisit_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_planvisit
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_plan_append_only();
CREATE TRIGGER planvisit_append_only_delete BEFORE DELETE ON collections_app_planvisit
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_plan_append_only();
CREATE TRIGGER planconsent_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_planconsent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_plan_append_only();
CREATE TRIGGER planconsent_append_only_delete BEFORE DELETE ON collections_app_planconsent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_plan_append_only();
CREATE TRIGGER planevent_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_planevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_plan_append_only();
CREATE TRIGGER planevent_append_only_delete BEFORE DELETE ON collections_app_planevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_plan_append_only();
