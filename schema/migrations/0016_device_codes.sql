CREATE TABLE `device_codes` (
	`id` text PRIMARY KEY NOT NULL,
	`user_code_hash` text NOT NULL,
	`client_id` text NOT NULL,
	`scope` text NOT NULL,
	`created_at` integer NOT NULL,
	`network` text,
	`expires_at` integer NOT NULL,
	`interval` integer NOT NULL,
	`polled_at` integer,
	`poll_op` text,
	`hurried` integer DEFAULT 0 NOT NULL,
	`user_id` text,
	`consent_id` text,
	`granted_scope` text,
	`auth_time` integer,
	`session_id` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `device_codes_user_code_hash` ON `device_codes` (`user_code_hash`);--> statement-breakpoint
CREATE INDEX `device_codes_expires_at` ON `device_codes` (`expires_at`);