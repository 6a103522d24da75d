"""The WeChat Official Account (微信公众号): its protocol on one side, the bot's dialogue on the other.

A request goes through these rooms: `channel` takes it, `envelope` verifies and opens it (`signature`,
`cipher`, `xml_fields`), `incoming` says what it is, `turns` says what to reply, `desk` sees to it that each
question is answered once and in time (`kept` is its memory, `people` that of choices and ratings), `parts`
writes the reply, `api` sends what comes too late (`tokens` shares the token). `wording` and `menu` read
`data/wechat/`.
"""
