CREATE TRIGGER settlementvisit_append_only_update BEFORE UPDATE ON collections_app_settlementvisit
BEGIN SELECT RAISE(ABORT, 'what was offered to a patient is append-only: offer anew'); END;
CREATE TRIGGER settlementvisit_append_only_delete BEFORE DELETE ON collections_app_settlementvisit
BEGIN SELECT RAISE(ABORT, 'what was offered to a patient is append-only: offer anew'); END;
CREATE TRIGGER settlementpayment_append_only_update BEFORE UPDATE ON collections_app_settlementpayment
BEGIN SELECT RAISE(ABORT, 'what was offered to a patient is append-only: offer anew'); END;
CREATE TRIGGER settlementpayment_append_only_delete BEFORE DELETE ON collections_app_settlementpayment
BEGIN SELECT RAISE(ABORT, 'what was offered to a patient is append-only: offer anew'); END;
CREATE TRIGGER settlementevent_append_only_update BEFORE UPDATE ON collections_app_settlementevent
BEGIN SELECT RAISE(ABORT, 'what was offered to a patient is append-only: offer anew'); END;
CREATE TRIGGER settlementevent_append_only_delete BEFORE DELETE ON collections_app_settlementevent
BEGIN SELECT RAISE(ABORT, 'what was offered to a patient is append-only: offer anew'); END;
CREATE TRIGGER helpoffer_append_only_update BEFORE UPDATE ON collections_app_helpoffer
BEGIN SELECT RAISE(ABORT, 'what was offered to a patient is append-only: offer anew'); END;
CREATE TRIGGER helpoffer_append_only_delete BEFORE DELETE ON collections_app_helpoffer
BEGIN SELECT RAISE(ABORT, 'what was offered to a patient is append-only: offer anew'); END;
