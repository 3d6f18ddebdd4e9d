CREATE TABLE `logout_notices` (
	`session_id` text NOT NULL,
	`client_id` text NOT NULL,
	`subject` text NOT NULL,
	`created_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_at` integer NOT NULL,
	PRIMARY KEY(`session_id`, `client_id`)
);
--> statement-breakpoint
CREATE INDEX `logout_notices_next_at` ON `logout_notices` (`next_at`);--> statement-breakpoint
CREATE INDEX `clients_backchannel_logout` ON `clients` (`client_id`) WHERE metadata ->> 'backchannel_logout_uri' IS NOT NULL;