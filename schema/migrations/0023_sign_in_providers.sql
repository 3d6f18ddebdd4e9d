CREATE TABLE `linked_accounts` (
	`provider_id` text NOT NULL,
	`issuer` text NOT NULL,
	`subject` text NOT NULL,
	`user_id` text NOT NULL,
	`label` text NOT NULL,
	`linked_at` integer NOT NULL,
	`last_used_at` integer,
	`op` text NOT NULL,
	PRIMARY KEY(`provider_id`, `subject`)
);
--> statement-breakpoint
CREATE INDEX `linked_accounts_user_id` ON `linked_accounts` (`user_id`);--> statement-breakpoint
CREATE TABLE `sign_in_providers` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`icon` text,
	`issuer` text NOT NULL,
	`client_id` text NOT NULL,
	`sealed_secret` text,
	`scope` text NOT NULL,
	`trusts_addresses` integer NOT NULL,
	`domains` text NOT NULL,
	`creates_accounts` integer NOT NULL,
	`is_enabled` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
