CREATE TABLE `pushed_requests` (
	`id` text PRIMARY KEY NOT NULL,
	`client_id` text NOT NULL,
	`sealed` text NOT NULL,
	`expires_at` integer NOT NULL,
	`answered_by` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `pushed_requests_expires_at` ON `pushed_requests` (`expires_at`);