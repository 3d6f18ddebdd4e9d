CREATE TABLE `mail_links` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`user_id` text,
	`email` text,
	`tries` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`spent_at` integer,
	`op` text
);
--> statement-breakpoint
CREATE INDEX `mail_links_user_id` ON `mail_links` (`user_id`) WHERE user_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `mail_links_expires_at` ON `mail_links` (`expires_at`);