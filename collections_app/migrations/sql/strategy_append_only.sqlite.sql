CREATE TRIGGER strategyassignment_append_only_update BEFORE UPDATE ON collections_app_strategyassignment
BEGIN SELECT RAISE(ABORT, 'what a strategy did is append-only'); END;
CREATE TRIGGER strategyassignment_append_only_delete BEFORE DELETE ON collections_app_strategyassignment
BEGIN SELECT RAISE(ABORT, 'what a strategy did is append-only'); END;
CREATE TRIGGER steprun_append_only_update BEFORE UPDATE ON collections_app_steprun
BEGIN SELECT RAISE(ABORT, 'what a strategy did is append-only'); END;
CREATE TRIGGER steprun_append_only_delete BEFORE DELETE ON collections_app_steprun
BEGIN SELECT RAISE(ABORT, 'what a strategy did is append-only'); END;
CREATE TRIGGER strategyversion_append_only_update BEFORE UPDATE ON collections_app_strategyversion
WHEN OLD.published_at IS NOT NULL AND (NEW.definition IS NOT OLD.definition OR NEW.number IS NOT OLD.number
  OR NEW.strategy_id IS NOT OLD.strategy_id OR NEW.from_on IS NOT OLD.from_on OR NEW.published_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'a published strategy is append-only: make a new version'); END;
CREATE TRIGGER strategyversion_append_only_delete BEFORE DELETE ON collections_app_strategyversion
WHEN OLD.published_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a published strategy is append-only: make a new version'); END;
