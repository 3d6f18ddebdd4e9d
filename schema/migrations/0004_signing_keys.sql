CREATE TABLE `pairwise_salt` (
	`id` integer PRIMARY KEY NOT NULL,
	`salt` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `signing_keys` (
	`kid` text PRIMARY KEY NOT NULL,
	`algorithm` text NOT NULL,
	`state` text NOT NULL,
	`public_key` text NOT NULL,
	`sealed_private_key` text NOT NULL,
	`created_at` integer NOT NULL,
	`activated_at` integer,
	`retired_at` integer,
	`published_until` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `signing_keys_place` ON `signing_keys` (`algorithm`,`state`) WHERE state IN ('next', 'active');--> statement-breakpoint
CREATE INDEX `signing_keys_published_until` ON `signing_keys` (`published_until`);