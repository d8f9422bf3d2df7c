"""Which addresses of Apprise are taken: those of services that it calls over HTTP or HTTPS, and nothing else.

What speaks another protocol (syslog, MQTT, XMPP, IRC), shows something on this machine's desktop or starts a program
is left out, and so is what needs files of the server or makes accounts by itself. Mail has a channel of its own.
"""

# module of Apprise's plugins: the schemas that it takes
_TAKEN = """
africas_talking:atalk apprise_api:apprise,apprises bark:bark,barks betterstack:betterstack bluesky:bluesky,bsky
brevo:brevo bulksms:bulksms bulkvs:bulkvs burstsms:burstsms,kudosity chanify:chanify clickatell:clickatell
clicksend:clicksend cliq:cliq,zcliq,zohocliq cm:cm custom_form:form,forms custom_json:json,jsons custom_xml:xml,xmls
d7networks:d7sms dapnet:dapnet dingtalk:dingtalk discord:discord dot:dot eight00com:eight00com emby:emby,embys
enigma2:enigma2,enigma2s evolution:evolution,evolutions exotel:exotel fcm:fcm feishu:feishu firehydrant:firehydrant
flock:flock flowtriq:flowtriq,flowtriqs fluxer:fluxer,fluxers fortysixelks:46elks,elks freemobile:freemobile
github:github goalert:goalert,goalerts google_chat:gchat gorush:gorush,gorushs gotify:gotify,gotifys
groundmail:groundmail groupme:groupme gupshup:gupshup home_assistant:hassio,hassios httpsms:httpsms
humhub:humhub,humhubs ifttt:ifttt ilert:ilert incidentio:incidentio infobip:infobip jira:jira join:join
kakaotalk:kakao,kakaotalk kaleyra:kaleyra,klr kavenegar:kavenegar kodi:kodi,kodis,xbmc,xbmcs kook:kook kumulos:kumulos
lametric:lametric,lametrics lark:lark lauther:lauther lfgalarm:lfg line:line mailersend:mailersend mailgun:mailgun
mastodon:mastodon,mastodons,toot,toots mattermost:mmost,mmosts messagebird:msgbird misskey:misskey,misskeys
mobilemessage:mobilemessage,mobilemsg msg91:msg91 nextcloud:ncloud,nclouds nextcloudtalk:nctalk,nctalks
notica:notica,noticas notifiarr:notifiarr notifico:notifico,notificos notifyre:notifyre ntfy:ntfy,ntfys
octopush:octopush office365:azure,o365 one_signal:onesignal onebot:onebot,onebots opsgenie:opsgenie
pagerduty:pagerduty pagertree:pagertree parseplatform:parsep,parseps pinglet:pinglet,pinglets pingram:pingram
plivo:plivo postmark:postmark prowl:prowl pushbullet:pbul pushdeer:pushdeer,pushdeers pushed:pushed pushjet:pjet,pjets
pushme:pushme pushover:pover pushplus:pushplus,wecom pushsafer:psafer,psafers pushward:pushward pushy:pushy qq:qq
reddit:reddit resend:resend revolt:revolt ringcentral:ringc rocketchat:rocket,rockets ryver:ryver sendgrid:sendgrid
sendpulse:sendpulse serverchan:schan serwersms:serwersms ses:ses seven:seven sfr:sfr signal_api:signal,signals
signalgrid:signalgrid signl4:signl4 simplepush:simplepush,spush sinch:sinch slack:slack smsc:smsc
smseagle:smseagle,smseagles smsmanager:smsmanager,smsmgr smstunnel:smstunnel smtp2go:smtp2go sns:sns
sparkpost:sparkpost spike:spike splunk:splunk,victorops spugpush:spugpush squadcast:squadcast stackfield:stackfield
streamlabs:strmlabs synology:synology,synologys techuluspush:push telegram:tgram telesign:telesign telnyx:telnyx
threema:threema trigv:trigv,trigvs twilio:twilio twist:twist twitter:tweet,twitter,x viber:viber voipms:voipms
vonage:nexmo,vonage webexteams:webex,wxteams wechat:wechat wecombot:wecombot whapi:whapi whatsapp:whatsapp
workflows:workflow,workflows wpush:wpush wxpusher:wxpusher xmatters:xmatters youlmk:youlmk zalo:zalo zoom:zoom
zulip:zulip
"""

MODULES: dict[str, str] = {
    schema: module
    for module, _, schemas in (entry.partition(":") for entry in _TAKEN.split())
    for schema in schemas.split(",")
}
