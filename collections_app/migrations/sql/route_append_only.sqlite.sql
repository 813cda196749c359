CREATE TRIGGER routechoice_append_only_update BEFORE UPDATE ON collections_app_routechoice
BEGIN SELECT RAISE(ABORT, 'a chosen route is append-only: choose another, or take it back'); END;
CREATE TRIGGER routechoice_append_only_delete BEFORE DELETE ON collections_app_routechoice
BEGIN SELECT RAISE(ABORT, 'a chosen route is append-only: choose another, or take it back'); END;
CREATE TRIGGER routewithdrawal_append_only_update BEFORE UPDATE ON collections_app_routewithdrawal
BEGIN SELECT RAISE(ABORT, 'a chosen route is append-only: choose another, or take it back'); END;
CREATE TRIGGER routewithdrawal_append_only_delete BEFORE DELETE ON collections_app_routewithdrawal
BEGIN SELECT RAISE(ABORT, 'a chosen route is append-only: choose another, or take it back'); END;
