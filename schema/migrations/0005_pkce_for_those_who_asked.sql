-- Until here only public clients were asked for PKCE, whatever this column said, and every client had it by default.
UPDATE `clients` SET `require_pkce` = 0 WHERE `type` = 'confidential';
