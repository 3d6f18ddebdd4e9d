CREATE TABLE `imported_records` (
	`id` text PRIMARY KEY NOT NULL,
	`name_id` text
);
--> statement-breakpoint
CREATE INDEX `imported_records_name_id` ON `imported_records` (`name_id`) WHERE name_id IS NOT NULL;