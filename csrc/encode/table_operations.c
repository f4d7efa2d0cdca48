/* SPDX-License-Identifier: MIT */
/* The operations.
 * Written by `make tables`; the source is lua/agentmail/api/. */
// clang-format off
#include "encode/tables.h"

#define BODY AM_PLAN_BODY
#define OPTIONAL AM_PLAN_BODY_OPTIONAL
#define ANONYMOUS AM_PLAN_ANONYMOUS
#define KEYED AM_PLAN_KEYED
#define JOINED AM_PLAN_JOINED
#define MATCHED AM_PLAN_MATCHED
#define DELETE_KEY AM_PLAN_DELETE_KEY
#define LONG AM_PLAN_LONG

const char am_plan_texts[] =
    "\0accounts.get\0GET\0/v0/accounts/{}\0Account\0accounts.list\0/v0/accounts\0"
    "ListAccountsResponse\0accounts.update\0PATCH\0/v0/accounts/{}/update\0agent.attach_human\0"
    "POST\0/v0/agent/human\0AgentAttachHumanResponse\0agent.sign_up\0/v0/agent/sign-up\0"
    "AgentSignupResponse\0agent.verify\0/v0/agent/verify\0AgentVerifyResponse\0api_keys.create\0"
    "/v0/api-keys\0CreateApiKeyResult\0api_keys.delete\0DELETE\0/v0/api-keys/{}\0api_keys.get\0"
    "ApiKey\0api_keys.list\0ListApiKeysResponse\0api_keys.update\0apps.connect\0"
    "/v0/apps/{}/connect\0ConnectAccepted\0apps.get\0/v0/apps/{}\0App\0apps.list\0/v0/apps\0"
    "ListAppsResponse\0apps.list_accounts\0/v0/apps/{}/accounts\0ListAppAccountsResponse\0"
    "apps.search\0/v0/apps/search\0SearchAppsResponse\0auth.me\0/v0/auth/me\0Identity\0"
    "domains.create\0/v0/domains\0Domain\0domains.delete\0/v0/domains/{}\0domains.get\0"
    "domains.get_setup_link\0/v0/domains/{}/setup-link\0GetSetupLinkResponse\0"
    "domains.get_zone_file\0/v0/domains/{}/zone-file\0file\0domains.list\0ListDomainsResponse\0"
    "domains.update\0domains.verify\0/v0/domains/{}/verify\0drafts.get\0/v0/drafts/{}\0Draft\0"
    "drafts.get_attachment\0/v0/drafts/{}/attachments/{}\0AttachmentResponse\0drafts.list\0"
    "/v0/drafts\0ListDraftsResponse\0inboxes.accounts.get\0/v0/inboxes/{}/accounts/{}\0"
    "inboxes.accounts.list\0/v0/inboxes/{}/accounts\0inboxes.api_keys.create\0"
    "/v0/inboxes/{}/api-keys\0inboxes.api_keys.delete\0/v0/inboxes/{}/api-keys/{}\0"
    "inboxes.api_keys.list\0inboxes.api_keys.update\0inboxes.authorize\0"
    "/v0/inboxes/{}/authorize\0AuthorizeInboxResponse\0inboxes.calendar.create_event\0"
    "/v0/inboxes/{}/calendar/events\0CalendarEventMutationResponse\0"
    "inboxes.calendar.delete_event\0/v0/inboxes/{}/calendar/events/{}\0"
    "DeleteCalendarEventResponse\0inboxes.calendar.get\0/v0/inboxes/{}/calendar\0Calendar\0"
    "inboxes.calendar.get_agenda\0/v0/inboxes/{}/calendar/agenda\0ListCalendarEventsResponse\0"
    "inboxes.calendar.get_event\0CalendarEvent\0inboxes.calendar.list_event_instances\0"
    "/v0/inboxes/{}/calendar/events/{}/instances\0inboxes.calendar.list_events\0"
    "inboxes.calendar.respond_to_event\0/v0/inboxes/{}/calendar/events/{}/respond\0"
    "inboxes.calendar.update\0inboxes.calendar.update_event\0inboxes.create\0/v0/inboxes\0Inbox\0"
    "inboxes.delete\0/v0/inboxes/{}\0inboxes.drafts.create\0/v0/inboxes/{}/drafts\0"
    "inboxes.drafts.delete\0/v0/inboxes/{}/drafts/{}\0inboxes.drafts.get\0"
    "inboxes.drafts.get_attachment\0/v0/inboxes/{}/drafts/{}/attachments/{}\0"
    "inboxes.drafts.list\0inboxes.drafts.send\0/v0/inboxes/{}/drafts/{}/send\0"
    "SendMessageResponse\0inboxes.drafts.update\0inboxes.events.list\0/v0/inboxes/{}/events\0"
    "ListInboxEventsResponse\0inboxes.get\0inboxes.list\0ListInboxesResponse\0"
    "inboxes.lists.create\0/v0/inboxes/{}/lists/{}/{}\0PodListEntry\0inboxes.lists.delete\0"
    "/v0/inboxes/{}/lists/{}/{}/{}\0inboxes.lists.get\0inboxes.lists.list\0"
    "PodListListEntriesResponse\0inboxes.messages.batch_get\0/v0/inboxes/{}/messages/batch-get\0"
    "BatchGetMessagesResponse\0inboxes.messages.batch_update\0"
    "/v0/inboxes/{}/messages/batch-update\0BatchUpdateMessagesResponse\0"
    "inboxes.messages.create_agent_armor_feedback\0"
    "/v0/inboxes/{}/messages/{}/agent-armor/feedback\0AgentArmorFeedback\0"
    "inboxes.messages.delete\0/v0/inboxes/{}/messages/{}\0inboxes.messages.forward\0"
    "/v0/inboxes/{}/messages/{}/forward\0inboxes.messages.get\0Message\0"
    "inboxes.messages.get_attachment\0/v0/inboxes/{}/messages/{}/attachments/{}\0"
    "inboxes.messages.get_raw\0/v0/inboxes/{}/messages/{}/raw\0RawMessageResponse\0"
    "inboxes.messages.list\0/v0/inboxes/{}/messages\0ListMessagesResponse\0"
    "inboxes.messages.release_agent_armor_message\0"
    "/v0/inboxes/{}/messages/{}/agent-armor/release\0ReleaseAgentArmorMessageResponse\0"
    "inboxes.messages.reply\0/v0/inboxes/{}/messages/{}/reply\0inboxes.messages.reply_all\0"
    "/v0/inboxes/{}/messages/{}/reply-all\0inboxes.messages.search\0"
    "/v0/inboxes/{}/messages/search\0SearchMessagesResponse\0inboxes.messages.send\0"
    "/v0/inboxes/{}/messages/send\0inboxes.messages.update\0UpdateMessageResponse\0"
    "inboxes.metrics.query_events\0/v0/inboxes/{}/metrics/events\0QueryMetricsResponse\0"
    "inboxes.metrics.query_rates\0/v0/inboxes/{}/metrics/rates\0QueryRatesResponse\0"
    "inboxes.metrics.query_usage\0/v0/inboxes/{}/metrics/usage\0QueryUsageResponse\0"
    "inboxes.search\0/v0/inboxes/search\0SearchInboxesResponse\0inboxes.threads.delete\0"
    "/v0/inboxes/{}/threads/{}\0inboxes.threads.get\0Thread\0inboxes.threads.get_attachment\0"
    "/v0/inboxes/{}/threads/{}/attachments/{}\0inboxes.threads.list\0/v0/inboxes/{}/threads\0"
    "ListThreadsResponse\0inboxes.threads.search\0/v0/inboxes/{}/threads/search\0"
    "SearchThreadsResponse\0inboxes.threads.update\0UpdateThreadResponse\0inboxes.update\0"
    "inboxes.webhooks.create\0/v0/inboxes/{}/webhooks\0Webhook\0inboxes.webhooks.delete\0"
    "/v0/inboxes/{}/webhooks/{}\0inboxes.webhooks.get\0inboxes.webhooks.get_headers\0"
    "/v0/inboxes/{}/webhooks/{}/headers\0WebhookHeaderNamesResponse\0inboxes.webhooks.list\0"
    "ListWebhooksResponse\0inboxes.webhooks.polling.create\0/v0/inboxes/{}/webhooks/polling\0"
    "CreatePollingWebhookResponse\0inboxes.webhooks.polling.delete\0"
    "/v0/inboxes/{}/webhooks/polling/{}\0inboxes.webhooks.polling.get\0PollingWebhook\0"
    "inboxes.webhooks.polling.list\0ListPollingWebhooksResponse\0inboxes.webhooks.update\0"
    "inboxes.webhooks.update_headers\0lists.create\0/v0/lists/{}/{}\0ListEntry\0lists.delete\0"
    "/v0/lists/{}/{}/{}\0lists.get\0lists.list\0ListListEntriesResponse\0metrics.query_events\0"
    "/v0/metrics/events\0metrics.query_rates\0/v0/metrics/rates\0metrics.query_usage\0"
    "/v0/metrics/usage\0organizations.get\0/v0/organizations\0Organization\0pods.accounts.get\0"
    "/v0/pods/{}/accounts/{}\0pods.accounts.list\0/v0/pods/{}/accounts\0pods.api_keys.create\0"
    "/v0/pods/{}/api-keys\0pods.api_keys.delete\0/v0/pods/{}/api-keys/{}\0pods.api_keys.list\0"
    "pods.api_keys.update\0pods.create\0/v0/pods\0Pod\0pods.delete\0/v0/pods/{}\0"
    "pods.domains.create\0/v0/pods/{}/domains\0pods.domains.delete\0/v0/pods/{}/domains/{}\0"
    "pods.domains.get\0pods.domains.get_zone_file\0/v0/pods/{}/domains/{}/zone-file\0"
    "pods.domains.list\0pods.domains.update\0pods.domains.verify\0/v0/pods/{}/domains/{}/verify\0"
    "pods.drafts.get\0/v0/pods/{}/drafts/{}\0pods.drafts.get_attachment\0"
    "/v0/pods/{}/drafts/{}/attachments/{}\0pods.drafts.list\0/v0/pods/{}/drafts\0pods.get\0"
    "pods.inboxes.create\0/v0/pods/{}/inboxes\0pods.inboxes.delete\0/v0/pods/{}/inboxes/{}\0"
    "pods.inboxes.get\0pods.inboxes.list\0pods.inboxes.search\0/v0/pods/{}/inboxes/search\0"
    "pods.inboxes.update\0pods.list\0ListPodsResponse\0pods.lists.create\0"
    "/v0/pods/{}/lists/{}/{}\0pods.lists.delete\0/v0/pods/{}/lists/{}/{}/{}\0pods.lists.get\0"
    "pods.lists.list\0pods.metrics.query_events\0/v0/pods/{}/metrics/events\0"
    "pods.metrics.query_usage\0/v0/pods/{}/metrics/usage\0pods.threads.delete\0"
    "/v0/pods/{}/threads/{}\0pods.threads.get\0pods.threads.get_attachment\0"
    "/v0/pods/{}/threads/{}/attachments/{}\0pods.threads.list\0/v0/pods/{}/threads\0"
    "pods.threads.search\0/v0/pods/{}/threads/search\0pods.threads.update\0pods.webhooks.create\0"
    "/v0/pods/{}/webhooks\0pods.webhooks.delete\0/v0/pods/{}/webhooks/{}\0pods.webhooks.get\0"
    "pods.webhooks.get_headers\0/v0/pods/{}/webhooks/{}/headers\0pods.webhooks.list\0"
    "pods.webhooks.polling.create\0/v0/pods/{}/webhooks/polling\0pods.webhooks.polling.delete\0"
    "/v0/pods/{}/webhooks/polling/{}\0pods.webhooks.polling.get\0pods.webhooks.polling.list\0"
    "pods.webhooks.update\0pods.webhooks.update_headers\0providers.connect\0"
    "/v0/providers/{}/connect\0providers.get\0/v0/providers/{}\0Provider\0providers.list\0"
    "/v0/providers\0ListProvidersResponse\0providers.list_accounts\0/v0/providers/{}/accounts\0"
    "ListProviderAccountsResponse\0providers.search\0/v0/providers/search\0"
    "SearchProvidersResponse\0threads.delete\0/v0/threads/{}\0threads.get\0"
    "threads.get_attachment\0/v0/threads/{}/attachments/{}\0threads.list\0/v0/threads\0"
    "threads.search\0/v0/threads/search\0threads.update\0webhooks.create\0/v0/webhooks\0"
    "webhooks.delete\0/v0/webhooks/{}\0webhooks.get\0webhooks.get_headers\0"
    "/v0/webhooks/{}/headers\0webhooks.list\0webhooks.polling.create\0/v0/webhooks/polling\0"
    "webhooks.polling.delete\0/v0/webhooks/polling/{}\0webhooks.polling.get\0"
    "webhooks.polling.list\0webhooks.update\0webhooks.update_headers\0";

const am_plan am_plans[AM_PLANS] = {
    {1, 14, 18, 34, 0, 0, 0, 1, 0, 0, 0, AM_SAFE, 200}, /* accounts.get */
    {42, 14, 56, 69, 0, 1, 0, 0, 3, 0, LONG, AM_SAFE, 200}, /* accounts.list */
    {90, 106, 112, 34, 0, 4, 0, 1, 1, 0, BODY, AM_IDEMPOTENT, 200}, /* accounts.update */
    {135, 154, 159, 175, 0, 5, 0, 0, 1, 0, BODY, AM_IDEMPOTENT, 200}, /* agent.attach_human */
    /* agent.sign_up */
    {200, 154, 214, 232, 0, 6, 0, 0, 4, 1, BODY | ANONYMOUS, AM_UNPROTECTED, 200},
    {252, 154, 265, 282, 0, 10, 0, 0, 1, 0, BODY, AM_UNPROTECTED, 200}, /* agent.verify */
    {302, 154, 318, 331, 0, 11, 0, 0, 5, 0, BODY, AM_UNPROTECTED, 200}, /* api_keys.create */
    {350, 366, 373, 0, 16, 0, 0, 1, 0, 0, 0, AM_IDEMPOTENT, 204}, /* api_keys.delete */
    {389, 14, 373, 402, 16, 0, 0, 1, 0, 0, 0, AM_SAFE, 200}, /* api_keys.get */
    {409, 14, 318, 423, 0, 17, 0, 0, 4, 0, LONG, AM_SAFE, 200}, /* api_keys.list */
    {443, 106, 373, 402, 16, 21, 0, 1, 2, 0, BODY, AM_IDEMPOTENT, 200}, /* api_keys.update */
    /* apps.connect */
    {459, 154, 472, 492, 23, 24, 0, 1, 2, 0, BODY | OPTIONAL, AM_UNPROTECTED, 202},
    {508, 14, 517, 529, 23, 0, 0, 1, 0, 0, 0, AM_SAFE, 200}, /* apps.get */
    {533, 14, 543, 552, 0, 26, 0, 0, 3, 0, LONG, AM_SAFE, 200}, /* apps.list */
    {569, 14, 588, 609, 23, 29, 0, 1, 2, 0, LONG, AM_SAFE, 200}, /* apps.list_accounts */
    {633, 14, 645, 661, 0, 31, 0, 0, 2, 0, LONG, AM_SAFE, 200}, /* apps.search */
    {680, 14, 688, 700, 0, 0, 0, 0, 0, 0, 0, AM_SAFE, 200}, /* auth.me */
    {709, 154, 724, 736, 0, 33, 0, 0, 5, 0, BODY | LONG, AM_NATURAL_KEY, 200}, /* domains.create */
    {743, 366, 758, 0, 38, 0, 0, 1, 0, 0, 0, AM_IDEMPOTENT, 204}, /* domains.delete */
    {773, 14, 758, 736, 38, 0, 0, 1, 0, 0, LONG, AM_SAFE, 200}, /* domains.get */
    {785, 14, 808, 834, 38, 0, 0, 1, 0, 0, 0, AM_SAFE, 200}, /* domains.get_setup_link */
    {855, 14, 877, 902, 38, 0, 0, 1, 0, 0, LONG, AM_SAFE, 200}, /* domains.get_zone_file */
    {907, 14, 724, 920, 0, 1, 0, 0, 3, 0, LONG, AM_SAFE, 200}, /* domains.list */
    {940, 106, 758, 736, 38, 39, 0, 1, 3, 0, BODY | LONG, AM_IDEMPOTENT, 200}, /* domains.update */
    {955, 154, 970, 0, 38, 0, 0, 1, 0, 0, 0, AM_IDEMPOTENT, 204}, /* domains.verify */
    {992, 14, 1003, 1017, 42, 0, 0, 1, 0, 0, LONG, AM_SAFE, 200}, /* drafts.get */
    {1023, 14, 1045, 1074, 43, 0, 0, 2, 0, 0, 0, AM_SAFE, 200}, /* drafts.get_attachment */
    {1093, 14, 1105, 1116, 0, 45, 0, 0, 6, 0, LONG, AM_SAFE, 200}, /* drafts.list */
    {1135, 14, 1156, 34, 51, 0, 0, 2, 0, 0, 0, AM_SAFE, 200}, /* inboxes.accounts.get */
    {1183, 14, 1205, 69, 53, 1, 0, 1, 3, 0, LONG, AM_SAFE, 200}, /* inboxes.accounts.list */
    /* inboxes.api_keys.create */
    {1229, 154, 1253, 331, 53, 11, 0, 1, 5, 0, BODY, AM_UNPROTECTED, 200},
    {1277, 366, 1301, 0, 54, 0, 0, 2, 0, 0, 0, AM_IDEMPOTENT, 204}, /* inboxes.api_keys.delete */
    {1328, 14, 1253, 423, 53, 29, 0, 1, 2, 0, LONG, AM_SAFE, 200}, /* inboxes.api_keys.list */
    /* inboxes.api_keys.update */
    {1350, 106, 1301, 402, 54, 21, 0, 2, 2, 0, BODY, AM_IDEMPOTENT, 200},
    {1374, 154, 1392, 1417, 53, 56, 0, 1, 2, 0, BODY, AM_IDEMPOTENT, 200}, /* inboxes.authorize */
    /* inboxes.calendar.create_event */
    {1440, 154, 1470, 1501, 53, 58, 1, 1, 14, 5, BODY | LONG, AM_CLIENT_ID, 201},
    /* inboxes.calendar.delete_event */
    {1531, 366, 1561, 1595, 72, 74, 0, 2, 2, 0, MATCHED | DELETE_KEY | LONG, AM_IDEMPOTENT, 202},
    {1623, 14, 1644, 1668, 53, 76, 0, 1, 1, 0, 0, AM_SAFE, 200}, /* inboxes.calendar.get */
    /* inboxes.calendar.get_agenda */
    {1677, 14, 1705, 1736, 53, 77, 0, 1, 6, 0, LONG, AM_SAFE, 200},
    {1763, 14, 1561, 1790, 72, 76, 0, 2, 1, 0, LONG, AM_SAFE, 200}, /* inboxes.calendar.get_event */
    /* inboxes.calendar.list_event_instances */
    {1804, 14, 1842, 1736, 72, 77, 0, 2, 6, 0, LONG, AM_SAFE, 200},
    /* inboxes.calendar.list_events */
    {1886, 14, 1470, 1736, 53, 29, 0, 1, 2, 0, LONG, AM_SAFE, 200},
    /* inboxes.calendar.respond_to_event */
    {1915, 154, 1949, 1501, 72, 83, 6, 2, 3, 1, BODY | MATCHED | LONG, AM_IF_MATCH, 200},
    /* inboxes.calendar.update */
    {1991, 106, 1644, 1668, 53, 86, 0, 1, 1, 0, BODY | MATCHED, AM_IF_MATCH, 200},
    /* inboxes.calendar.update_event */
    {2015, 106, 1561, 1501, 72, 87, 1, 2, 14, 5, BODY | MATCHED | LONG, AM_IF_MATCH, 200},
    /* inboxes.create */
    {2045, 154, 2060, 2072, 0, 101, 7, 0, 6, 1, BODY | OPTIONAL, AM_CLIENT_ID, 200},
    {2078, 366, 2093, 0, 53, 0, 0, 1, 0, 0, 0, AM_IDEMPOTENT, 204}, /* inboxes.delete */
    /* inboxes.drafts.create */
    {2108, 154, 2130, 1017, 53, 107, 8, 1, 14, 3, BODY | LONG, AM_CLIENT_ID, 200},
    {2152, 366, 2174, 0, 121, 0, 0, 2, 0, 0, 0, AM_IDEMPOTENT, 204}, /* inboxes.drafts.delete */
    {2199, 14, 2174, 1017, 121, 0, 0, 2, 0, 0, LONG, AM_SAFE, 200}, /* inboxes.drafts.get */
    {2218, 14, 2248, 1074, 123, 0, 0, 3, 0, 0, 0, AM_SAFE, 200}, /* inboxes.drafts.get_attachment */
    {2288, 14, 2130, 1116, 53, 45, 0, 1, 6, 0, LONG, AM_SAFE, 200}, /* inboxes.drafts.list */
    /* inboxes.drafts.send */
    {2308, 154, 2328, 2358, 121, 126, 11, 2, 2, 1, BODY | KEYED, AM_KEYED, 200},
    /* inboxes.drafts.update */
    {2378, 106, 2174, 1017, 121, 128, 12, 2, 12, 2, BODY | LONG, AM_IDEMPOTENT, 200},
    {2400, 14, 2420, 2442, 53, 1, 0, 1, 3, 0, LONG, AM_SAFE, 200}, /* inboxes.events.list */
    {2466, 14, 2093, 2072, 53, 0, 0, 1, 0, 0, 0, AM_SAFE, 200}, /* inboxes.get */
    {2478, 14, 2060, 2491, 0, 1, 0, 0, 3, 0, LONG, AM_SAFE, 200}, /* inboxes.list */
    /* inboxes.lists.create */
    {2511, 154, 2532, 2559, 140, 143, 14, 3, 2, 1, BODY, AM_NATURAL_KEY, 200},
    {2572, 366, 2593, 0, 145, 0, 0, 4, 0, 0, 0, AM_IDEMPOTENT, 204}, /* inboxes.lists.delete */
    {2623, 14, 2593, 2559, 145, 0, 0, 4, 0, 0, 0, AM_SAFE, 200}, /* inboxes.lists.get */
    {2641, 14, 2532, 2660, 140, 29, 0, 3, 2, 0, LONG, AM_SAFE, 200}, /* inboxes.lists.list */
    /* inboxes.messages.batch_get */
    {2687, 154, 2714, 2748, 53, 149, 15, 1, 1, 2, BODY | LONG, AM_SAFE, 200},
    /* inboxes.messages.batch_update */
    {2773, 154, 2803, 2840, 53, 150, 17, 1, 3, 4, BODY | LONG, AM_IDEMPOTENT, 200},
    /* inboxes.messages.create_agent_armor_feedback */
    {2868, 154, 2913, 2961, 153, 155, 21, 2, 2, 1, BODY, AM_UNPROTECTED, 200},
    {2980, 366, 3004, 0, 153, 0, 0, 2, 0, 0, 0, AM_IDEMPOTENT, 204}, /* inboxes.messages.delete */
    /* inboxes.messages.forward */
    {3031, 154, 3056, 2358, 153, 157, 22, 2, 11, 3, BODY | KEYED, AM_KEYED, 200},
    {3091, 14, 3004, 3112, 153, 0, 0, 2, 0, 0, LONG, AM_SAFE, 200}, /* inboxes.messages.get */
    /* inboxes.messages.get_attachment */
    {3120, 14, 3152, 1074, 168, 0, 0, 3, 0, 0, 0, AM_SAFE, 200},
    {3194, 14, 3219, 3250, 153, 0, 0, 2, 0, 0, 0, AM_SAFE, 200}, /* inboxes.messages.get_raw */
    {3269, 14, 3291, 3315, 53, 171, 0, 1, 13, 0, LONG, AM_SAFE, 200}, /* inboxes.messages.list */
    /* inboxes.messages.release_agent_armor_message */
    {3336, 154, 3381, 3428, 153, 184, 25, 2, 1, 2, BODY | LONG, AM_IDEMPOTENT, 200},
    /* inboxes.messages.reply */
    {3461, 154, 3484, 2358, 153, 185, 27, 2, 11, 3, BODY | KEYED, AM_KEYED, 200},
    /* inboxes.messages.reply_all */
    {3517, 154, 3544, 2358, 153, 196, 30, 2, 7, 1, BODY | KEYED, AM_KEYED, 200},
    {3581, 14, 3605, 3636, 53, 203, 0, 1, 5, 0, LONG, AM_SAFE, 200}, /* inboxes.messages.search */
    /* inboxes.messages.send */
    {3659, 154, 3681, 2358, 53, 157, 22, 1, 11, 3, BODY | KEYED, AM_KEYED, 200},
    /* inboxes.messages.update */
    {3710, 106, 3004, 3734, 153, 126, 31, 2, 2, 2, BODY, AM_IDEMPOTENT, 200},
    /* inboxes.metrics.query_events */
    {3756, 14, 3785, 3815, 53, 208, 0, 1, 6, 0, LONG, AM_SAFE, 200},
    /* inboxes.metrics.query_rates */
    {3836, 14, 3864, 3893, 53, 214, 0, 1, 7, 0, LONG, AM_SAFE, 200},
    /* inboxes.metrics.query_usage */
    {3912, 14, 3940, 3969, 53, 221, 0, 1, 6, 0, LONG, AM_SAFE, 200},
    {3988, 14, 4003, 4022, 0, 227, 0, 0, 3, 0, LONG, AM_SAFE, 200}, /* inboxes.search */
    {4044, 366, 4067, 0, 230, 0, 0, 2, 0, 0, 0, AM_IDEMPOTENT, 204}, /* inboxes.threads.delete */
    /* inboxes.threads.get */
    {4093, 14, 4067, 4113, 230, 29, 0, 2, 2, 0, JOINED | LONG, AM_SAFE, 200},
    /* inboxes.threads.get_attachment */
    {4120, 14, 4151, 1074, 232, 0, 0, 3, 0, 0, 0, AM_SAFE, 200},
    {4192, 14, 4213, 4236, 53, 235, 0, 1, 13, 0, LONG, AM_SAFE, 200}, /* inboxes.threads.list */
    {4256, 14, 4279, 4309, 53, 203, 0, 1, 5, 0, LONG, AM_SAFE, 200}, /* inboxes.threads.search */
    /* inboxes.threads.update */
    {4331, 106, 4067, 4354, 230, 248, 31, 2, 2, 2, BODY, AM_IDEMPOTENT, 200},
    {4375, 106, 2093, 2072, 53, 250, 33, 1, 3, 3, BODY, AM_IDEMPOTENT, 200}, /* inboxes.update */
    /* inboxes.webhooks.create */
    {4390, 154, 4414, 4438, 53, 253, 36, 1, 4, 3, BODY, AM_CLIENT_ID, 200},
    {4446, 366, 4470, 0, 257, 0, 0, 2, 0, 0, 0, AM_IDEMPOTENT, 204}, /* inboxes.webhooks.delete */
    {4497, 14, 4470, 4438, 257, 0, 0, 2, 0, 0, 0, AM_SAFE, 200}, /* inboxes.webhooks.get */
    {4518, 14, 4547, 4582, 257, 0, 0, 2, 0, 0, 0, AM_SAFE, 200}, /* inboxes.webhooks.get_headers */
    {4609, 14, 4414, 4631, 53, 1, 0, 1, 3, 0, LONG, AM_SAFE, 200}, /* inboxes.webhooks.list */
    /* inboxes.webhooks.polling.create */
    {4652, 154, 4684, 4716, 53, 259, 39, 1, 2, 2, BODY, AM_CLIENT_ID, 200},
    /* inboxes.webhooks.polling.delete */
    {4745, 366, 4777, 0, 257, 0, 0, 2, 0, 0, 0, AM_IDEMPOTENT, 204},
    {4812, 14, 4777, 4841, 257, 0, 0, 2, 0, 0, 0, AM_SAFE, 200}, /* inboxes.webhooks.polling.get */
    /* inboxes.webhooks.polling.list */
    {4856, 14, 4684, 4886, 53, 1, 0, 1, 3, 0, LONG, AM_SAFE, 200},
    /* inboxes.webhooks.update */
    {4914, 106, 4470, 4438, 257, 261, 0, 2, 1, 0, BODY, AM_IDEMPOTENT, 200},
    /* inboxes.webhooks.update_headers */
    {4938, 106, 4547, 0, 257, 262, 41, 2, 2, 2, BODY, AM_IDEMPOTENT, 204},
    {4970, 154, 4983, 4999, 264, 143, 14, 2, 2, 1, BODY, AM_NATURAL_KEY, 200}, /* lists.create */
    {5009, 366, 5022, 0, 266, 0, 0, 3, 0, 0, 0, AM_IDEMPOTENT, 204}, /* lists.delete */
    {5041, 14, 5022, 4999, 266, 0, 0, 3, 0, 0, 0, AM_SAFE, 200}, /* lists.get */
    {5051, 14, 4983, 5062, 264, 29, 0, 2, 2, 0, LONG, AM_SAFE, 200}, /* lists.list */
    {5086, 14, 5107, 3815, 0, 208, 0, 0, 6, 0, LONG, AM_SAFE, 200}, /* metrics.query_events */
    {5126, 14, 5146, 3893, 0, 214, 0, 0, 7, 0, LONG, AM_SAFE, 200}, /* metrics.query_rates */
    {5164, 14, 5184, 3969, 0, 221, 0, 0, 6, 0, LONG, AM_SAFE, 200}, /* metrics.query_usage */
    {5202, 14, 5220, 5238, 0, 0, 0, 0, 0, 0, 0, AM_SAFE, 200}, /* organizations.get */
    {5251, 14, 5269, 34, 269, 0, 0, 2, 0, 0, 0, AM_SAFE, 200}, /* pods.accounts.get */
    {5293, 14, 5312, 69, 271, 1, 0, 1, 3, 0, LONG, AM_SAFE, 200}, /* pods.accounts.list */
    /* pods.api_keys.create */
    {5333, 154, 5354, 331, 271, 11, 0, 1, 5, 0, BODY, AM_UNPROTECTED, 200},
    {5375, 366, 5396, 0, 272, 0, 0, 2, 0, 0, 0, AM_IDEMPOTENT, 204}, /* pods.api_keys.delete */
    {5420, 14, 5354, 423, 271, 29, 0, 1, 2, 0, LONG, AM_SAFE, 200}, /* pods.api_keys.list */
    /* pods.api_keys.update */
    {5439, 106, 5396, 402, 272, 21, 0, 2, 2, 0, BODY, AM_IDEMPOTENT, 200},
    {5460, 154, 5472, 5481, 0, 274, 0, 0, 2, 0, BODY, AM_CLIENT_ID, 200}, /* pods.create */
    {5485, 366, 5497, 0, 271, 0, 0, 1, 0, 0, 0, AM_IDEMPOTENT, 204}, /* pods.delete */
    /* pods.domains.create */
    {5509, 154, 5529, 736, 271, 33, 0, 1, 5, 0, BODY | LONG, AM_NATURAL_KEY, 200},
    {5549, 366, 5569, 0, 276, 0, 0, 2, 0, 0, 0, AM_IDEMPOTENT, 204}, /* pods.domains.delete */
    {5592, 14, 5569, 736, 276, 0, 0, 2, 0, 0, LONG, AM_SAFE, 200}, /* pods.domains.get */
    {5609, 14, 5636, 902, 276, 0, 0, 2, 0, 0, LONG, AM_SAFE, 200}, /* pods.domains.get_zone_file */
    {5669, 14, 5529, 920, 271, 1, 0, 1, 3, 0, LONG, AM_SAFE, 200}, /* pods.domains.list */
    /* pods.domains.update */
    {5687, 106, 5569, 736, 276, 39, 0, 2, 3, 0, BODY | LONG, AM_IDEMPOTENT, 200},
    {5707, 154, 5727, 0, 276, 0, 0, 2, 0, 0, 0, AM_IDEMPOTENT, 204}, /* pods.domains.verify */
    {5757, 14, 5773, 1017, 278, 0, 0, 2, 0, 0, LONG, AM_SAFE, 200}, /* pods.drafts.get */
    {5795, 14, 5822, 1074, 280, 0, 0, 3, 0, 0, 0, AM_SAFE, 200}, /* pods.drafts.get_attachment */
    {5859, 14, 5876, 1116, 271, 45, 0, 1, 6, 0, LONG, AM_SAFE, 200}, /* pods.drafts.list */
    {5895, 14, 5497, 5481, 271, 0, 0, 1, 0, 0, 0, AM_SAFE, 200}, /* pods.get */
    /* pods.inboxes.create */
    {5904, 154, 5924, 2072, 271, 101, 7, 1, 6, 1, BODY, AM_CLIENT_ID, 200},
    {5944, 366, 5964, 0, 283, 0, 0, 2, 0, 0, 0, AM_IDEMPOTENT, 204}, /* pods.inboxes.delete */
    {5987, 14, 5964, 2072, 283, 0, 0, 2, 0, 0, 0, AM_SAFE, 200}, /* pods.inboxes.get */
    {6004, 14, 5924, 2491, 271, 1, 0, 1, 3, 0, LONG, AM_SAFE, 200}, /* pods.inboxes.list */
    {6022, 14, 6042, 4022, 271, 227, 0, 1, 3, 0, LONG, AM_SAFE, 200}, /* pods.inboxes.search */
    /* pods.inboxes.update */
    {6069, 106, 5964, 2072, 283, 250, 33, 2, 3, 3, BODY, AM_IDEMPOTENT, 200},
    {6089, 14, 5472, 6099, 0, 1, 0, 0, 3, 0, LONG, AM_SAFE, 200}, /* pods.list */
    /* pods.lists.create */
    {6116, 154, 6134, 2559, 285, 143, 14, 3, 2, 1, BODY, AM_NATURAL_KEY, 200},
    {6158, 366, 6176, 0, 288, 0, 0, 4, 0, 0, 0, AM_IDEMPOTENT, 204}, /* pods.lists.delete */
    {6203, 14, 6176, 2559, 288, 0, 0, 4, 0, 0, 0, AM_SAFE, 200}, /* pods.lists.get */
    {6218, 14, 6134, 2660, 285, 29, 0, 3, 2, 0, LONG, AM_SAFE, 200}, /* pods.lists.list */
    /* pods.metrics.query_events */
    {6234, 14, 6260, 3815, 271, 208, 0, 1, 6, 0, LONG, AM_SAFE, 200},
    {6287, 14, 6312, 3969, 271, 221, 0, 1, 6, 0, LONG, AM_SAFE, 200}, /* pods.metrics.query_usage */
    {6338, 366, 6358, 0, 292, 0, 0, 2, 0, 0, 0, AM_IDEMPOTENT, 204}, /* pods.threads.delete */
    {6381, 14, 6358, 4113, 292, 29, 0, 2, 2, 0, JOINED | LONG, AM_SAFE, 200}, /* pods.threads.get */
    {6398, 14, 6426, 1074, 294, 0, 0, 3, 0, 0, 0, AM_SAFE, 200}, /* pods.threads.get_attachment */
    {6464, 14, 6482, 4236, 271, 235, 0, 1, 13, 0, LONG, AM_SAFE, 200}, /* pods.threads.list */
    {6502, 14, 6522, 4309, 271, 203, 0, 1, 5, 0, LONG, AM_SAFE, 200}, /* pods.threads.search */
    /* pods.threads.update */
    {6549, 106, 6358, 4354, 292, 248, 31, 2, 2, 2, BODY, AM_IDEMPOTENT, 200},
    /* pods.webhooks.create */
    {6569, 154, 6590, 4438, 271, 297, 36, 1, 5, 3, BODY, AM_CLIENT_ID, 200},
    {6611, 366, 6632, 0, 302, 0, 0, 2, 0, 0, 0, AM_IDEMPOTENT, 204}, /* pods.webhooks.delete */
    {6656, 14, 6632, 4438, 302, 0, 0, 2, 0, 0, 0, AM_SAFE, 200}, /* pods.webhooks.get */
    {6674, 14, 6700, 4582, 302, 0, 0, 2, 0, 0, 0, AM_SAFE, 200}, /* pods.webhooks.get_headers */
    {6732, 14, 6590, 4631, 271, 1, 0, 1, 3, 0, LONG, AM_SAFE, 200}, /* pods.webhooks.list */
    /* pods.webhooks.polling.create */
    {6751, 154, 6780, 4716, 271, 304, 39, 1, 3, 2, BODY, AM_CLIENT_ID, 200},
    /* pods.webhooks.polling.delete */
    {6809, 366, 6838, 0, 302, 0, 0, 2, 0, 0, 0, AM_IDEMPOTENT, 204},
    {6870, 14, 6838, 4841, 302, 0, 0, 2, 0, 0, 0, AM_SAFE, 200}, /* pods.webhooks.polling.get */
    {6896, 14, 6780, 4886, 271, 1, 0, 1, 3, 0, LONG, AM_SAFE, 200}, /* pods.webhooks.polling.list */
    /* pods.webhooks.update */
    {6923, 106, 6632, 4438, 302, 307, 0, 2, 3, 0, BODY, AM_IDEMPOTENT, 200},
    /* pods.webhooks.update_headers */
    {6944, 106, 6700, 0, 302, 262, 41, 2, 2, 2, BODY, AM_IDEMPOTENT, 204},
    /* providers.connect */
    {6973, 154, 6991, 492, 310, 24, 0, 1, 2, 0, BODY | OPTIONAL, AM_UNPROTECTED, 202},
    {7016, 14, 7030, 7047, 310, 0, 0, 1, 0, 0, 0, AM_SAFE, 200}, /* providers.get */
    {7056, 14, 7071, 7085, 0, 29, 0, 0, 2, 0, LONG, AM_SAFE, 200}, /* providers.list */
    {7107, 14, 7131, 7157, 310, 29, 0, 1, 2, 0, LONG, AM_SAFE, 200}, /* providers.list_accounts */
    {7186, 14, 7203, 7224, 0, 31, 0, 0, 2, 0, LONG, AM_SAFE, 200}, /* providers.search */
    {7248, 366, 7263, 0, 311, 0, 0, 1, 0, 0, 0, AM_IDEMPOTENT, 204}, /* threads.delete */
    {7278, 14, 7263, 4113, 311, 29, 0, 1, 2, 0, JOINED | LONG, AM_SAFE, 200}, /* threads.get */
    {7290, 14, 7313, 1074, 312, 0, 0, 2, 0, 0, 0, AM_SAFE, 200}, /* threads.get_attachment */
    {7343, 14, 7356, 4236, 0, 235, 0, 0, 13, 0, LONG, AM_SAFE, 200}, /* threads.list */
    {7368, 14, 7383, 4309, 0, 203, 0, 0, 5, 0, LONG, AM_SAFE, 200}, /* threads.search */
    {7402, 106, 7263, 4354, 311, 248, 31, 1, 2, 2, BODY, AM_IDEMPOTENT, 200}, /* threads.update */
    {7417, 154, 7433, 4438, 0, 314, 36, 0, 6, 3, BODY, AM_CLIENT_ID, 200}, /* webhooks.create */
    {7446, 366, 7462, 0, 320, 0, 0, 1, 0, 0, 0, AM_IDEMPOTENT, 204}, /* webhooks.delete */
    {7478, 14, 7462, 4438, 320, 0, 0, 1, 0, 0, 0, AM_SAFE, 200}, /* webhooks.get */
    {7491, 14, 7512, 4582, 320, 0, 0, 1, 0, 0, 0, AM_SAFE, 200}, /* webhooks.get_headers */
    {7536, 14, 7433, 4631, 0, 1, 0, 0, 3, 0, LONG, AM_SAFE, 200}, /* webhooks.list */
    /* webhooks.polling.create */
    {7550, 154, 7574, 4716, 0, 321, 39, 0, 4, 2, BODY, AM_CLIENT_ID, 200},
    {7595, 366, 7619, 0, 320, 0, 0, 1, 0, 0, 0, AM_IDEMPOTENT, 204}, /* webhooks.polling.delete */
    {7643, 14, 7619, 4841, 320, 0, 0, 1, 0, 0, 0, AM_SAFE, 200}, /* webhooks.polling.get */
    {7664, 14, 7574, 4886, 0, 1, 0, 0, 3, 0, LONG, AM_SAFE, 200}, /* webhooks.polling.list */
    {7686, 106, 7462, 4438, 320, 325, 0, 1, 5, 0, BODY, AM_IDEMPOTENT, 200}, /* webhooks.update */
    /* webhooks.update_headers */
    {7702, 106, 7512, 0, 320, 262, 41, 1, 2, 2, BODY, AM_IDEMPOTENT, 204},
};
