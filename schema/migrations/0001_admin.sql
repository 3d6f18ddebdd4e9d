CREATE TABLE `activity` (
	`day` integer NOT NULL,
	`kind` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`day`, `kind`)
);
--> statement-breakpoint
CREATE TABLE `refusals` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`client_id` text NOT NULL,
	`endpoint` text NOT NULL,
	`asked` text,
	`error` text NOT NULL,
	`rule` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `refusals_client_id` ON `refusals` (`client_id`);--> statement-breakpoint
CREATE INDEX `audit_events_type` ON `audit_events` (`type`,`at`);--> statement-breakpoint
CREATE INDEX `audit_events_operator` ON `audit_events` (`actor`,`at`) WHERE actor IS NOT user_id;--> statement-breakpoint
CREATE INDEX `clients_name` ON `clients` (name COLLATE NOCASE);--> statement-breakpoint
CREATE INDEX `clients_disabled` ON `clients` (`disabled_at`) WHERE disabled_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `grants_revoked` ON `grants` (`revoked_at`) WHERE revoked_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `users_staff` ON `users` (`username_key`) WHERE is_staff = 1;--> statement-breakpoint
CREATE INDEX `users_disabled` ON `users` (`username_key`) WHERE is_active = 0;