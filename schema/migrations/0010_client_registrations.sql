CREATE TABLE `client_registrations` (
	`client_id` text PRIMARY KEY NOT NULL,
	`token_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`network` text,
	`used_at` integer
);
--> statement-breakpoint
CREATE INDEX `client_registrations_unused` ON `client_registrations` (`created_at`) WHERE used_at IS NULL;