-- Tokens move into the row of their grant. Written by hand: drizzle-kit knows neither WITHOUT ROWID nor how to carry rows over.
-- What is dead already stays behind. Ids of today become aliases, so that tokens and codes that are out find their grant.
CREATE TABLE `token_aliases` (
	`id` text PRIMARY KEY NOT NULL,
	`grant_id` text NOT NULL,
	`sequence` integer
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `bookmarks` (
	`name` text PRIMARY KEY NOT NULL,
	`begins` text NOT NULL,
	`ends` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `__new_grants` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text,
	`client_id` text NOT NULL,
	`grant_type` text NOT NULL,
	`scope` text NOT NULL,
	`auth_time` integer,
	`session_id` text,
	`details` text,
	`refresh_seq` integer DEFAULT 0 NOT NULL,
	`refresh_op` text,
	`refreshed_at` integer,
	`refreshed_from` text,
	`strays` integer DEFAULT 0 NOT NULL,
	`strayed_seq` integer,
	`refresh_expires_at` integer,
	`access_expires_at` integer,
	`access_revoked_at` integer,
	`access_scope` text,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`revoked_at` integer,
	`revoke_reason` text,
	`single_key` text,
	`tokens_of` text
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `token_aliases` (`id`, `grant_id`)
	SELECT `id`, printf('%012x', `created_at` * 1000) || lower(hex(randomblob(10)))
	FROM `grants` WHERE `expires_at` > unixepoch() - 120;
--> statement-breakpoint
INSERT INTO `__new_grants` (`id`, `user_id`, `client_id`, `grant_type`, `scope`, `auth_time`, `refresh_seq`, `refresh_op`,
		`refreshed_at`, `refresh_expires_at`, `access_expires_at`, `access_revoked_at`, `access_scope`, `expires_at`, `created_at`,
		`revoked_at`, `revoke_reason`, `single_key`, `tokens_of`)
	SELECT a.`grant_id`, g.`user_id`, g.`client_id`, g.`grant_type`, g.`scope`, g.`auth_time`, g.`refresh_seq`, g.`refresh_op`,
		g.`refreshed_at`, g.`refresh_expires_at`, t.`expires_at`, t.`revoked_at`, CASE WHEN t.`scope` <> g.`scope` THEN t.`scope` END,
		max(g.`expires_at`, COALESCE(t.`expires_at`, 0)), g.`created_at`, g.`revoked_at`, g.`revoke_reason`,
		CASE g.`revoke_reason` WHEN 'importing' THEN 'importing' || char(10) || g.`code_id` ELSE t.`single_key` END,
		(SELECT o.`grant_id` FROM `token_aliases` o WHERE o.`id` = g.`tokens_of`)
	FROM `grants` g JOIN `token_aliases` a ON a.`id` = g.`id`
	LEFT JOIN `access_tokens` t ON t.`id` = (SELECT x.`id` FROM `access_tokens` x WHERE x.`grant_id` = g.`id`
		ORDER BY x.`revoked_at` IS NOT NULL, x.`expires_at` DESC LIMIT 1);
--> statement-breakpoint
INSERT INTO `token_aliases` (`id`, `grant_id`, `sequence`)
	SELECT t.`id`, a.`grant_id`, g.`refresh_seq` FROM `access_tokens` t JOIN `grants` g ON g.`id` = t.`grant_id`
	JOIN `token_aliases` a ON a.`id` = g.`id` WHERE t.`revoked_at` IS NULL AND t.`expires_at` > unixepoch();
--> statement-breakpoint
INSERT INTO `token_aliases` (`id`, `grant_id`, `sequence`)
	SELECT `id`, printf('%012x', `created_at` * 1000) || lower(hex(randomblob(10))), 0
	FROM `access_tokens` WHERE `grant_id` IS NULL AND `revoked_at` IS NULL AND `expires_at` > unixepoch();
--> statement-breakpoint
INSERT INTO `__new_grants` (`id`, `client_id`, `grant_type`, `scope`, `access_expires_at`, `expires_at`, `created_at`, `single_key`)
	SELECT a.`grant_id`, t.`client_id`, 'client_credentials', t.`scope`, t.`expires_at`, t.`expires_at`, t.`created_at`, t.`single_key`
	FROM `access_tokens` t JOIN `token_aliases` a ON a.`id` = t.`id` WHERE t.`grant_id` IS NULL;
--> statement-breakpoint
INSERT INTO `token_aliases` (`id`, `grant_id`)
	SELECT g.`code_id`, a.`grant_id` FROM `grants` g JOIN `token_aliases` a ON a.`id` = g.`id` WHERE g.`code_id` IS NOT NULL;
--> statement-breakpoint
INSERT INTO `bookmarks` (`name`, `begins`, `ends`) VALUES ('activity', '0', CAST(unixepoch() AS text));
--> statement-breakpoint
DROP TABLE `access_tokens`;
--> statement-breakpoint
DROP TABLE `grants`;
--> statement-breakpoint
ALTER TABLE `__new_grants` RENAME TO `grants`;
--> statement-breakpoint
CREATE INDEX `grants_user_id_client_id` ON `grants` (`user_id`,`client_id`,`id`) WHERE user_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `grants_client_id` ON `grants` (`client_id`,`id`);--> statement-breakpoint
CREATE INDEX `grants_revoked_at` ON `grants` (`revoked_at`,`id`) WHERE revoked_at IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `grants_single_key` ON `grants` (`single_key`) WHERE single_key IS NOT NULL;
--> statement-breakpoint
CREATE TABLE `used_jti` (
	`jti_hash` text PRIMARY KEY NOT NULL,
	`op` text NOT NULL,
	`expires_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `used_jti_expires_at` ON `used_jti` (`expires_at`);--> statement-breakpoint
ALTER TABLE `authorized_clients` ADD `joined_ids` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `clients` ADD `refresh_reuse_interval` integer;--> statement-breakpoint
ALTER TABLE `clients` ADD `codes_after` integer;--> statement-breakpoint
ALTER TABLE `users` ADD `codes_after` integer;
