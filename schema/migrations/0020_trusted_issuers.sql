CREATE TABLE `trusted_issuers` (
	`issuer` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`jwks_uri` text NOT NULL,
	`audience` text,
	`subject` text NOT NULL,
	`created_at` integer NOT NULL
);
