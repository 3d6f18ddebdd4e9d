-- Addresses beyond ASCII were compared by folded letters. The cron trigger takes the mark away, with a key by the domain in DNS.
UPDATE users SET email_key = char(10) || email_key WHERE email_key IS NOT NULL AND email GLOB '*@*[^ -~]*';
