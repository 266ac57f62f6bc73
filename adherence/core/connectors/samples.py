"""A short message of each source, to look at how it is read before the real ones come."""

AMAZON_CONNECT = """{"EventId": "7f1e5a50-0a51-4e0c-9d2e-6d4c1f0a0001", "EventType": "STATE_CHANGE",
 "EventTimestamp": "2026-11-18T09:00:04.120Z", "AgentARN": "arn:aws:connect:eu-west-2:111122223333:instance/a/agent/b",
 "CurrentAgentSnapshot": {"Configuration": {"Username": "E00042"},
  "AgentStatus": {"Name": "Available", "Type": "ROUTABLE", "StartTimestamp": "2026-11-18T09:00:04.000Z"}, "Contacts": []}}
{"EventId": "7f1e5a50-0a51-4e0c-9d2e-6d4c1f0a0002", "EventType": "STATE_CHANGE",
 "EventTimestamp": "2026-11-18T09:03:10.500Z", "AgentARN": "arn:aws:connect:eu-west-2:111122223333:instance/a/agent/b",
 "CurrentAgentSnapshot": {"Configuration": {"Username": "E00042"},
  "AgentStatus": {"Name": "Available", "Type": "ROUTABLE", "StartTimestamp": "2026-11-18T09:00:04.000Z"},
  "Contacts": [{"ContactId": "c1", "Channel": "VOICE", "State": "CONNECTED", "StateStartTimestamp": "2026-11-18T09:03:10.000Z"}]}}
{"EventId": "7f1e5a50-0a51-4e0c-9d2e-6d4c1f0a0003", "EventType": "STATE_CHANGE",
 "EventTimestamp": "2026-11-18T11:00:02.000Z", "AgentARN": "arn:aws:connect:eu-west-2:111122223333:instance/a/agent/b",
 "CurrentAgentSnapshot": {"Configuration": {"Username": "E00042"},
  "AgentStatus": {"Name": "Lunch", "Type": "CUSTOM", "StartTimestamp": "2026-11-18T11:00:02.000Z"}, "Contacts": []}}
"""

GENESYS_CLOUD = """[{"topicName": "v2.users.3f2504e0-4f89-41d3-9a0c-0305e82c3301.activity", "version": "2",
  "eventBody": {"id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
   "routingStatus": {"status": "INTERACTING", "startTime": "2026-11-18T09:03:10.500Z"},
   "presence": {"presenceDefinition": {"id": "e08eaf1b-ee47-4fa9-a231-1200e284798f", "systemPresence": "ON_QUEUE"},
    "modifiedDate": "2026-11-18T09:00:04.000Z"}},
  "metadata": {"CorrelationId": "1b0f0f0e-0001"}},
 {"topicName": "v2.users.3f2504e0-4f89-41d3-9a0c-0305e82c3301.activity", "version": "2",
  "eventBody": {"id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
   "routingStatus": {"status": "OFF_QUEUE", "startTime": "2026-11-18T11:00:01.900Z"},
   "presence": {"presenceDefinition": {"id": "3fd96123-badb-4f69-bc03-1b1ccc6d8014", "systemPresence": "MEAL"},
    "modifiedDate": "2026-11-18T11:00:02.000Z"}},
  "metadata": {"CorrelationId": "1b0f0f0e-0002"}}]
"""

AVAYA_CMS = """Login ID,Date,Time,Work Mode,AUX Reason,Split/Skill
42001,11/18/2026,9:00:04,AVAIL,,21
42001,11/18/2026,9:03:10,ACD,,21
42001,11/18/2026,9:07:45,ACW,,21
42001,11/18/2026,11:00:02,AUX,5,
42001,11/18/2026,17:00:31,UNSTAF,,
"""

TWILIO_TASKROUTER = (
    "EventType=worker.activity.update&Sid=EV5f1c3c0000000000000000000000000001"
    "&Timestamp=1794992404&TimestampMs=1794992404120&WorkerName=E00042"
    "&WorkerSid=WK00000000000000000000000000000001&WorkerActivityName=Break"
    "&WorkerPreviousActivityName=Available&ResourceType=worker"
    "&WorkspaceSid=WS00000000000000000000000000000001"
    "&WorkerAttributes=%7B%22contact_uri%22%3A%22client%3AE00042%22%7D"
)

CISCO_FINESSE = """<Update>
  <event>PUT</event>
  <source>/finesse/api/User/42001</source>
  <data>
    <user>
      <loginId>42001</loginId>
      <loginName>E00042</loginName>
      <state>NOT_READY</state>
      <stateChangeTime>2026-11-18T11:00:02.134Z</stateChangeTime>
      <reasonCodeId>16</reasonCodeId>
      <ReasonCode><code>10</code><label>Lunch</label></ReasonCode>
      <teamName>Claims</teamName>
    </user>
  </data>
</Update>
"""

GENERIC_CSV = """Employee number;Date;Time;Status;Reason
E00042;18.11.2026;09:00:04;Available;
E00042;18.11.2026;09:03:10,5;On call;
E00042;18.11.2026;11:00:02;Pause;Lunch
E00042;18.11.2026;17:00:31;Logout;
"""
