CREATE FUNCTION collections_app_strategy_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what a strategy did is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER strategyassignment_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_strategyassignment
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_strategy_append_only();
CREATE TRIGGER strategyassignment_append_only_delete BEFORE DELETE ON collections_app_strategyassignment
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_strategy_append_only();
CREATE TRIGGER steprun_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_steprun
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_strategy_append_only();
CREATE TRIGGER steprun_append_only_delete BEFORE DELETE ON collections_app_steprun
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_strategy_append_only();
CREATE FUNCTION collections_app_strategyversion_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a published strategy is append-only: make a new version' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER strategyversion_append_only_update BEFORE UPDATE ON collections_app_strategyversion
FOR EACH ROW WHEN (OLD.published_at IS NOT NULL AND (NEW.definition IS DISTINCT FROM OLD.definition
  OR NEW.number IS DISTINCT FROM OLD.number OR NEW.strategy_id IS DISTINCT FROM OLD.strategy_id
  OR NEW.from_on IS DISTINCT FROM OLD.from_on OR NEW.published_at IS NULL))
EXECUTE FUNCTION collections_app_strategyversion_append_only();
CREATE TRIGGER strategyversion_append_only_delete BEFORE DELETE ON collections_app_strategyversion
FOR EACH ROW WHEN (OLD.published_at IS NOT NULL)
EXECUTE FUNCTION collections_app_strategyversion_append_only();
