ALTER TABLE `sessions` ADD `place` text;--> statement-breakpoint
ALTER TABLE `users` ADD `deletion_at` integer;--> statement-breakpoint
CREATE INDEX `users_deletion_at` ON `users` (`deletion_at`) WHERE deletion_at IS NOT NULL;