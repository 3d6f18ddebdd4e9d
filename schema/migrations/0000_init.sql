CREATE TABLE `access_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`grant_id` text,
	`client_id` text NOT NULL,
	`scope` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked_at` integer,
	`single_key` text,
	FOREIGN KEY (`grant_id`) REFERENCES `grants`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`client_id`) REFERENCES `clients`(`client_id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `access_tokens_single_key` ON `access_tokens` (`single_key`) WHERE single_key IS NOT NULL;--> statement-breakpoint
CREATE INDEX `access_tokens_grant_id` ON `access_tokens` (`grant_id`);--> statement-breakpoint
CREATE INDEX `access_tokens_client_id` ON `access_tokens` (`client_id`);--> statement-breakpoint
CREATE INDEX `access_tokens_expires_at` ON `access_tokens` (`expires_at`);--> statement-breakpoint
CREATE TABLE `audit_events` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`type` text NOT NULL,
	`actor` text,
	`user_id` text,
	`client_id` text,
	`subject` text,
	`network` text
);
--> statement-breakpoint
CREATE INDEX `audit_events_at` ON `audit_events` (`at`);--> statement-breakpoint
CREATE INDEX `audit_events_user_id` ON `audit_events` (`user_id`,`at`);--> statement-breakpoint
CREATE INDEX `audit_events_client_id` ON `audit_events` (`client_id`,`at`);--> statement-breakpoint
CREATE TABLE `authorized_clients` (
	`user_id` text NOT NULL,
	`client_id` text NOT NULL,
	`id` text NOT NULL,
	`scope` text NOT NULL,
	`authorized_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`revoked_at` integer,
	PRIMARY KEY(`user_id`, `client_id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`client_id`) REFERENCES `clients`(`client_id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `authorized_clients_id_unique` ON `authorized_clients` (`id`);--> statement-breakpoint
CREATE INDEX `authorized_clients_client_id` ON `authorized_clients` (`client_id`);--> statement-breakpoint
CREATE TABLE `client_redirect_uris` (
	`client_id` text NOT NULL,
	`uri` text NOT NULL,
	`position` integer NOT NULL,
	PRIMARY KEY(`client_id`, `uri`),
	FOREIGN KEY (`client_id`) REFERENCES `clients`(`client_id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `client_secrets` (
	`client_id` text NOT NULL,
	`secret_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	PRIMARY KEY(`client_id`, `secret_hash`),
	FOREIGN KEY (`client_id`) REFERENCES `clients`(`client_id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `clients` (
	`client_id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`name` text NOT NULL,
	`url` text,
	`grant_types` text NOT NULL,
	`response_types` text NOT NULL,
	`scope` text,
	`auto_authorize` integer DEFAULT false NOT NULL,
	`authorize_every_time` integer DEFAULT false NOT NULL,
	`require_pkce` integer DEFAULT true NOT NULL,
	`owner_id` text,
	`access_token_lifetime` integer,
	`refresh_token_lifetime` integer,
	`metadata` text DEFAULT '{}' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`disabled_at` integer,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `clients_owner_id` ON `clients` (`owner_id`);--> statement-breakpoint
CREATE TABLE `grants` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`client_id` text NOT NULL,
	`grant_type` text NOT NULL,
	`scope` text NOT NULL,
	`auth_time` integer NOT NULL,
	`code_id` text,
	`refresh_seq` integer DEFAULT 0 NOT NULL,
	`refresh_op` text,
	`refreshed_at` integer,
	`refresh_expires_at` integer,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`revoked_at` integer,
	`revoke_reason` text,
	`tokens_of` text,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`client_id`) REFERENCES `clients`(`client_id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `grants_code_id` ON `grants` (`code_id`) WHERE code_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `grants_user_id_client_id` ON `grants` (`user_id`,`client_id`);--> statement-breakpoint
CREATE INDEX `grants_client_id` ON `grants` (`client_id`);--> statement-breakpoint
CREATE INDEX `grants_expires_at` ON `grants` (`expires_at`);--> statement-breakpoint
CREATE TABLE `scopes` (
	`name` text PRIMARY KEY NOT NULL,
	`description` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`auth_time` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`user_agent` text DEFAULT '' NOT NULL,
	`network` text,
	`revoked_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `sessions_user_id` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `sessions_expires_at` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `throttle` (
	`key` text PRIMARY KEY NOT NULL,
	`count` integer NOT NULL,
	`reset_at` integer NOT NULL,
	`op` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `throttle_reset_at` ON `throttle` (`reset_at`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`username` text NOT NULL,
	`username_key` text NOT NULL,
	`email` text,
	`email_key` text,
	`password_hash` text NOT NULL,
	`password_changed_at` integer NOT NULL,
	`is_staff` integer DEFAULT false NOT NULL,
	`is_active` integer DEFAULT true NOT NULL,
	`profile` text DEFAULT '{}' NOT NULL,
	`created_at` integer NOT NULL,
	`last_sign_in_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_username_key_unique` ON `users` (`username_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_key_unique` ON `users` (`email_key`);