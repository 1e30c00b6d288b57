-- However a session ends (sign-out, revoked link, changed rights, a row deleted by hand), every process hears of it.
CREATE FUNCTION tell_session_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('session_ended', OLD.id::text);
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER sessions_revoked AFTER UPDATE OF "revoked_at" ON "sessions" FOR EACH ROW
	WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION tell_session_end();--> statement-breakpoint
CREATE TRIGGER sessions_deleted AFTER DELETE ON "sessions" FOR EACH ROW
	WHEN (OLD.revoked_at IS NULL) EXECUTE FUNCTION tell_session_end();--> statement-breakpoint
-- Rights are read when a session begins; a change of them, from wherever it comes, makes the person sign in again.
CREATE FUNCTION end_sessions_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE sessions SET revoked_at = now() WHERE user_id = NEW.id AND revoked_at IS NULL;
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER users_rights_changed AFTER UPDATE OF "role", "unit_id", "is_disabled", "password_hash" ON "users" FOR EACH ROW
	WHEN (
		OLD.role IS DISTINCT FROM NEW.role
		OR OLD.unit_id IS DISTINCT FROM NEW.unit_id
		OR (NEW.is_disabled AND NOT OLD.is_disabled)
		OR OLD.password_hash IS DISTINCT FROM NEW.password_hash
	) EXECUTE FUNCTION end_sessions_of_user();
