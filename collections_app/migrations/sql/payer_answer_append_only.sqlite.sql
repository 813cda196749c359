CREATE TRIGGER statusanswer_append_only_update BEFORE UPDATE ON collections_app_statusanswer
BEGIN SELECT RAISE(ABORT, 'what a payer answered is append-only: its next answer is another row'); END;
CREATE TRIGGER statusanswer_append_only_delete BEFORE DELETE ON collections_app_statusanswer
BEGIN SELECT RAISE(ABORT, 'what a payer answered is append-only: its next answer is another row'); END;
CREATE TRIGGER coveragereply_append_only_update BEFORE UPDATE ON collections_app_coveragereply
BEGIN SELECT RAISE(ABORT, 'what a payer answered is append-only: its next answer is another row'); END;
CREATE TRIGGER coveragereply_append_only_delete BEFORE DELETE ON collections_app_coveragereply
BEGIN SELECT RAISE(ABORT, 'what a payer answered is append-only: its next answer is another row'); END;
