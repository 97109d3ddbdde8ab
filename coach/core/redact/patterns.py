"""What secrets of one line look like: the patterns of ``redact_rules``.

A pattern names what is taken: group ``secret``, ``slashed``, ``quoted`` or ``bare``. Each is bounded, so that none takes more
than linear time on hostile text.
"""

import re

PEM = re.compile(
    r"""
    (?P<secret>-----BEGIN[ ](?:[A-Z0-9]+[ ]){0,3}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----
      (?:(?!-----)[\s\S]){0,12000} (?:-----END[ ](?:[A-Z0-9]+[ ]){0,3}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----)?)
    """,
    re.VERBOSE,
)

KEY_FORMS = re.compile(
    r"""
    (?<![A-Za-z0-9])(?P<secret>
      (?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}
    | gh[pousr]_[A-Za-z0-9]{16,} | github_pat_[A-Za-z0-9_]{16,} | gl(?:pat|dt|rt|ptt|ft|soat|cbt)-[\w-]{16,}
    | xox[abeoprs]-[A-Za-z0-9-]{10,} | xapp-[A-Za-z0-9-]{10,} | hooks\.slack\.com/services/\w{6,}/\w{6,}/\w{16,} | T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{20,}
    | AIza[\w-]{30,} | ya29\.[\w-]{16,} | GOCSPX-[\w-]{20,} | 1//0[\w-]{30,}
    | sk-[A-Za-z0-9_-]{18,} | [spr]k_(?:live|test)_[A-Za-z0-9]{10,} | whsec_[A-Za-z0-9+/=]{16,}
    | npm_[A-Za-z0-9]{30,} | pypi-[\w-]{30,} | hf_[A-Za-z0-9]{24,} | r8_[A-Za-z0-9]{24,} | gsk_[A-Za-z0-9]{24,}
    | do[opr]_v1_[a-f0-9]{40,} | SG\.[\w-]{16,}\.[\w-]{16,} | sq0(?:atp|csp)-[\w-]{16,} | shp(?:at|ss|ca|pa)_[a-f0-9]{24,}
    | hv[sbr]\.[\w-]{20,} | AGE-SECRET-KEY-1[A-Z0-9]{40,} | glsa_[A-Za-z0-9]{24,}_[a-f0-9]{8} | ATATT3x[\w=-]{20,}
    | lin_api_[A-Za-z0-9]{24,} | dckr_pat_[\w-]{16,} | sntry[su]_[\w=-]{24,} | key-[a-f0-9]{32} | ntn_[A-Za-z0-9]{30,}
    | dp\.(?:pt|st)\.[\w.-]{24,} | figd_[\w-]{24,} | PMAK-[a-f0-9]{20,}-[a-f0-9]{20,} | rubygems_[a-f0-9]{32,}
    | \d{8,10}:AA[\w-]{30,} | [MNO][A-Za-z\d]{22,27}\.[\w-]{6}\.[\w-]{25,}
    | discord(?:app)?\.com/api/webhooks/\d{12,}/[\w-]{40,} | SK[a-f0-9]{32} | EAA[A-Za-z0-9]{40,} | pscale_(?:tkn|pw)_[\w-]{24,}
    | sbp_[a-f0-9]{32,} | nvapi-[\w-]{40,} | xai-[A-Za-z0-9]{40,} | tskey-[a-z]+-[\w-]{16,} | dapi[a-f0-9]{32} | phc_[A-Za-z0-9]{32,}
    | shippo_(?:live|test)_[a-f0-9]{32,} | sk_[a-f0-9]{40,} | secret_[A-Za-z0-9]{40,} | glc_[A-Za-z0-9+/=]{32,} | CFPAT-[\w-]{32,}
    | [A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,} | eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?
    )
    """,
    re.VERBOSE,
)

KEY_FORMS_BEHIND = re.compile(
    KEY_FORMS.pattern.replace("(?<![A-Za-z0-9])", r"(?:(?<=bot)|(?<=%3[AD])|(?<=\\[ntr]))", 1), re.VERBOSE
)
"""The same behind a letter that belongs to no word: of an escape, or of ``bot`` in an address."""

_QUOTE = r"""(?:\\{0,3}["'`]|&quot;|&\#0?3[49];|&\#x2[27];|&apos;|%2[27]|\\u002[27])"""
_NAMED = r"""
    (?P<key>(?:password|passwd|passphrase|passwort|(?<![a-z])pass|pwd|(?<![a-z])pw|secret|token|credentials?|(?<![a-z])auth
        |(?:api|access|private|signing|encryption|account|master|shared|auth|license|webhook|salt|storage|consumer
          |subscription|deploy|app(?:lication)?)[_\-]?key
        |client[_\-]?key[_\-]?data|session[_\-]?id|sessid|sid|seed[_\-]?phrase|recovery[_\-]?phrase|mnemonic)
      (?:[_\-]?(?:key|base|value|b64|\d{1,12}(?!\d)))*)(?![A-Za-z0-9_])
"""
"""The end of a name; what stands before it is looked at when the value was found."""
_GIVEN = rf"""
    (?:[bBrRuUfF]{{0,2}}(?P<q>{_QUOTE})(?P<quoted>(?:(?!(?P=q))[^\n]){{6,8000}})
      | (?P<bare>[^\s"'`,;&<>()\[\]{{}}]{{6,20000}}+)(?![(\[]))
"""
ASSIGNED = re.compile(
    rf"""
    {_NAMED}
    {_QUOTE}?\]?(?:\s?:\s?&?[A-Za-z_][\w.\[\]|]{{0,40}}(?=\s?=))?
    (?P<gap>[ \t]{{0,24}}(?::=|=>|[=!]=|[=:])\s{{0,4}}|%3[AD](?:%20|\+)?|[ ]{{1,24}}\|[ ]{{1,4}}
      |(?<=["'])\s?,\s?(?=[bBrRuUfF]?["'])|(?<=["'])\s+value=|>|&gt;)
    (?:(?:Some|Just|SecretStr|SecretBytes|Secret|String::from)\()?{_GIVEN}
    """,
    re.VERBOSE | re.IGNORECASE,
)
VARIABLE = re.compile(
    r"""
    (?<![A-Za-z0-9_$])(?P<key>[A-Z][A-Z0-9_]{2,60})(?:=|["']?\]?[ ]{0,24}[:=][ ]{1,4})
    (?:(?P<q>["'])(?P<quoted>[^"'\n]{6,4000}) | (?P<bare>(?:(?![;,)\]}]{0,3}(?:[\s"'`]|\Z))[^\s"'`]){6,}))
    """,
    re.VERBOSE | re.MULTILINE,
)
LAST_ON_LINE = re.compile(
    r"""
    (?P<key>(?:password|passwd|passphrase|pwd|(?<![a-z])pass))["']?[ ]{0,8}(?P<gap>[:=])[ ]{0,8}
    (?P<bare>[^\s"'`$({\[][^\s"'`]{5,200}+)[ ]{0,8}$
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
FLAG = re.compile(
    rf"(?<![\w\-])--(?:[\w\-]{{0,40}}?[\-_])?{_NAMED}(?P<gap>[ =]){_GIVEN}", re.VERBOSE | re.IGNORECASE
)
SAID = re.compile(
    r"""
    \b(?:(?:password|passwort|passphrase|api[ ]key)[ ](?:is|was|ist|to|of|set[ ]to)[ ]:?["'`]?
      | (?:IDENTIFIED[ ]BY|(?:WITH[ ]|ENCRYPTED[ ])?PASSWORD)[ ]["'] | AUTH[ ](?:PLAIN|LOGIN)[ ] | configure[ ]set[ ]aws_[a-z_]{4,30}[ ]
      | (?:curl|wget|http|https|smbclient|lftp)\b[^\n]{0,200}?[ ](?:-u|--user|-U)[ =]?["']?[^\s:"'%,]{1,80}[:%,]
      | (?:mysql|mysqldump|mysqladmin|mariadb|sshpass)\b[^\n]{0,200}?[ ]-p["']?
      | (?:sshpass|mongo|mongosh|mongodump|mongorestore|influx|clickhouse-client|(?:docker|podman|helm(?:[ ]registry)?|skopeo|az)[ ]login)\b
        [^\n]{0,200}?[ ](?:-p|--password|--creds[ ][^\s:]{1,80}:)[ ]["']?
      | redis-(?:cli|benchmark)\b[^\n]{0,200}?[ ](?:-a|--pass)[ ]["']? | ldap(?:search|modify|add|whoami)\b[^\n]{0,200}?[ ]-w[ ]["']?
      | openssl\b[^\n]{0,200}?[ ]-pass(?:in|out)?[ ]["']?pass: | vault[ ]login[ ](?:token=)?
      | (?:auth\s?=\s?|auth\s?=\s?HTTPBasicAuth|HTTPBasicAuth|BasicAuth|basic_auth)\(\s?["'][^"'\n]{1,80}["']\s?,\s?["'])
    (?P<secret>(?!-)[^\s"'`,;<>()]{6,200}+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
DIGEST = re.compile(
    r"""(?:\b[Dd]igest[ ][^\n]{0,600}?\b(?:response|cnonce)|\bAWS4-HMAC-SHA256[^\n]{0,400}?\bSignature)=\\?(?:["']|&quot;)?(?P<secret>[A-Fa-f0-9]{16,128})"""
)
HEADER = re.compile(
    rf"""
    (?:\b(?:proxy-)?authorization\b{_QUOTE}?\s?[:=,]\s?\(?[bu]?{_QUOTE}?(?:bearer|basic|token|apikey|negotiate|bot)?[ ]?(?!(?:digest|username=|aws4-))
      | \bbearer[ ]
      | \b(?:set-)?cookie2?{_QUOTE}?\s?[:,]\s?[bu]?{_QUOTE}?
      | \bx-(?:[a-z]+-)?(?:api-key|auth-token|access-token|auth|token|signature|vault-token|amz-security-token){_QUOTE}?\s?[:,]\s?[bu]?{_QUOTE}?)
    (?P<secret>(?<=[ok]ie: )[^\n"']{{8,2000}}+|[^\s"',;<>()\[\]{{}}]{{8,2000}}+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
URL_USER = re.compile(
    r"""
    (?<=[A-Za-z0-9+]://)
    (?:[^\s/@:'"<>]{0,100}:(?:
        (?!\d{1,5}/)(?P<slashed>(?:[^\s/@'"<>]{1,100}|[^\s/'"<>]{1,60}@(?!localhost)[^\s/.:@'"<>]{1,60})/[^\s'"<>]{1,160})
          (?=@(?:[A-Za-z][\w.\-]{1,80}|\d{1,3}(?:\.\d{1,3}){3}[\w.\-]{0,60})(?:[:/?\s'"<>,;)\]]|$))
      | (?P<secret>[^\s/'"<>]{1,200})(?=@[\w\[]))
    | (?P<bare>[A-Za-z0-9_\-]{20,200})(?=(?::x-oauth-basic|:)?@[\w\[]))
    """,
    re.VERBOSE | re.MULTILINE,
)
URL_PARAMETER = re.compile(
    r"""
    [?&](?:amp;)?(?:x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential)|signature|sig|sign|hmac
      |(?:access_|refresh_|id_|auth_|api_)?token|(?:api|access|subscription)[_\-]?key|apikey|key|code|client_secret|password
      |pwd|secret|awsaccesskeyid|session(?:_?id)?)=(?P<secret>[^\s&\#"'<>()]{8,2000}+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
MAIL = re.compile(
    r"(?<![\w.+\-/:@])(?P<secret>[A-Za-z0-9][\w.+\-]{0,63}@(?:[A-Za-z0-9\-]{1,63}\.){1,4}"
    r"(?:com|org|net|edu|gov|io|dev|de|fr|uk|eu|ch|at|nl|it|es|pl|se|no|dk|fi|jp|cn|in|br|us|ca|au|info|biz|me|co|ai|app|local))\b(?![\w(])"
)


PGPASS = re.compile(
    r"(?<![\w./\-])[A-Za-z0-9*][\w.\-]{0,80}:(?:\d{2,5}|\*):[A-Za-z_*][\w\-]{0,60}:[A-Za-z_*][\w.\-]{0,60}:"
    r"(?P<secret>[^\s:\"'`,;]{5,100})(?=$|[\s\"'`,;])",
    re.MULTILINE,
)
CRYPT = re.compile(
    r"""
    (?P<secret>\$(?<![\w$]\$)(?:apr1|[156]|2[abxy]?|y|gy|7|sha1|md5|argon2\w{0,2}|scrypt)\$[./A-Za-z0-9$=,+\-]{20,300})
    """,
    re.VERBOSE,
)
"""Hashes of passwords as htpasswd and shadow write them: they can be tried out at leisure."""
CRYPT_NAMED = re.compile(
    r"""
    (?P<secret>(?<=[: ])\{(?:S?SHA\d{0,3}|S?MD5|CRYPT|PBKDF2[\w\-]{0,10})\}[A-Za-z0-9+/=$.]{16,200}
      | \bpbkdf2_sha\d{1,3}\$\d{3,8}\$[A-Za-z0-9+/=]{4,60}\$[A-Za-z0-9+/=]{20,120})
    """,
    re.VERBOSE,
)
"""The same as LDAP and Django write them."""
NAMES = re.compile(
    "pass|pwd|pw|secret|token|credential|auth|api|access|private|signing|encryption|account|master|shared|license|webhook|salt"
    "|storage|consumer|subscription|deploy|app|client|sess|sid|seed|recovery|mnemonic"
)
"""How names of secrets begin, in lower case."""
COMMANDS = re.compile(
    "passw|passphrase|api key|identified by|with pass|encrypted pass|basic|configure set|curl|wget|http|smbclient|lftp|mysql|mariadb|sshpass|mongo|docker|podman"
    "|helm|skopeo|az |influx|clickhouse-client|vncviewer|redis-|ldap|openssl|vault login|auth"
)
