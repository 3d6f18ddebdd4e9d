CREATE TABLE `client_documents` (
	`client_id` text PRIMARY KEY NOT NULL,
	`document` text,
	`fetched_at` integer,
	`expires_at` integer NOT NULL,
	`tried_at` integer NOT NULL,
	`problem` text,
	`notes` text DEFAULT '[]' NOT NULL,
	`created_at` integer NOT NULL,
	`op` text NOT NULL,
	`used_at` integer
);
--> statement-breakpoint
CREATE INDEX `client_documents_unused` ON `client_documents` (`tried_at`) WHERE used_at IS NULL;--> statement-breakpoint
ALTER TABLE `clients` ADD `consents_after` integer;