CREATE TRIGGER planschedule_append_only_update BEFORE UPDATE ON collections_app_planschedule
BEGIN SELECT RAISE(ABORT, 'what was agreed about a plan is append-only: agree on a new schedule'); END;
CREATE TRIGGER planschedule_append_only_delete BEFORE DELETE ON collections_app_planschedule
BEGIN SELECT RAISE(ABORT, 'what was agreed about a plan is append-only: agree on a new schedule'); END;
CREATE TRIGGER planinstallment_append_only_update BEFORE UPDATE ON collections_app_planinstallment
BEGIN SELECT RAISE(ABORT, 'what was agreed about a plan is append-only: agree on a new schedule'); END;
CREATE TRIGGER planinstallment_append_only_delete BEFORE DELETE ON collections_app_planinstallment
BEGIN SELECT RAISE(ABORT, 'what was agreed about a plan is append-only: agree on a new schedule'); END;
CREATE TRIGGER planvisit_append_only_update BEFORE UPDATE ON collections_app_planvisit
BEGIN SELECT RAISE(ABORT, 'what was agreed about a plan is append-only: agree on a new schedule'); END;
CREATE TRIGGER planvisit_append_only_delete BEFORE DELETE ON collections_app_planvisit
BEGIN SELECT RAISE(ABORT, 'what was agreed about a plan is append-only: agree on a new schedule'); END;
CREATE TRIGGER planconsent_append_only_update BEFORE UPDATE ON collections_app_planconsent
BEGIN SELECT RAISE(ABORT, 'what was agreed about a plan is append-only: agree on a new schedule'); END;
CREATE TRIGGER planconsent_append_only_delete BEFORE DELETE ON collections_app_planconsent
BEGIN SELECT RAISE(ABORT, 'what was agreed about a plan is append-only: agree on a new schedule'); END;
CREATE TRIGGER planevent_append_only_update BEFORE UPDATE ON collections_app_planevent
BEGIN SELECT RAISE(ABORT, 'what was agreed about a plan is append-only: agree on a new schedule'); END;
CREATE TRIGGER planevent_append_only_delete BEFORE DELETE ON collections_app_planevent
BEGIN SELECT RAISE(ABORT, 'what was agreed about a plan is append-only: agree on a new schedule'); END;
