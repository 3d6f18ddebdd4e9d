CREATE TABLE `resources` (
	`identifier` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`scope` text,
	`token_format` text NOT NULL,
	`access_token_lifetime` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `authorized_clients` ADD `targets` text;--> statement-breakpoint
ALTER TABLE `grants` ADD `access_resource` text;