CREATE FUNCTION collections_app_interestdemandevent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was done about a demand is append-only: record the next step' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER interestdemandevent_append_only_update BEFORE UPDATE OR TRUNCATE ON collections_app_interestdemandevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_interestdemandevent_append_only();
CREATE TRIGGER interestdemandevent_append_only_delete BEFORE DELETE ON collections_app_interestdemandevent
FOR EACH STATEMENT EXECUTE FUNCTION collections_app_interestdemandevent_append_only();
