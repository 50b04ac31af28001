/**
 * What SQLite has built in and PostgreSQL has not, made once in the schema of each database. All but the
 * first are so plain that the planner puts their bodies in the place of the call.
 */
export const POSTGRES_FUNCTIONS = `
CREATE TABLE schema_mark (id bigint PRIMARY KEY CHECK (id = 1), application_id bigint NOT NULL, step bigint NOT NULL);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation'; END $body$;
CREATE FUNCTION json_each(text, OUT key bigint, OUT value jsonb, OUT atom text) RETURNS SETOF record
LANGUAGE sql IMMUTABLE STRICT ROWS 1000 AS $body$
SELECT place - 1, element, element #>> '{}'
FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS list(element, place)
$body$;
CREATE FUNCTION unhex(text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT
AS $body$ SELECT decode($1, 'hex') $body$;
CREATE FUNCTION instr(text, text) RETURNS int LANGUAGE sql IMMUTABLE STRICT
AS $body$ SELECT strpos($1, $2) $body$;
CREATE FUNCTION hex(bytea) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $body$ SELECT upper(encode($1, 'hex')) $body$;
CREATE FUNCTION max(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
AS $body$ SELECT CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL ELSE greatest($1, $2) END $body$;
CREATE FUNCTION min(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
AS $body$ SELECT CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL ELSE least($1, $2) END $body$;
CREATE FUNCTION iif(boolean, bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
AS $body$ SELECT CASE WHEN $1 THEN $2 ELSE $3 END $body$;
CREATE FUNCTION iif(boolean, text, text) RETURNS text LANGUAGE sql IMMUTABLE
AS $body$ SELECT CASE WHEN $1 THEN $2 ELSE $3 END $body$;
CREATE FUNCTION substr(bytea, bigint, bigint) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT
AS $body$ SELECT substr($1, $2::int, $3::int) $body$;`;
