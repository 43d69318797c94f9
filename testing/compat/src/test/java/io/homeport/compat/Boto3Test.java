package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// boto3 with the configuration that the server writes, which names its endpoint: shadows, and what
/// users try besides.
class Boto3Test {
    private static final String SHADOWS =
            """
            import boto3, json
            data = boto3.client('iot-data')

            def body(answer):
                return json.loads(answer['payload'].read())

            def update(document, **where):
                return body(data.update_thing_shadow(
                    thingName='lamp', payload=json.dumps(document), **where))

            def refused(error, call):
                try:
                    call()
                except error as e:
                    return e.response['Error']['Message']
                raise AssertionError('not refused')

            assert 'lamp' in refused(data.exceptions.ResourceNotFoundException,
                lambda: data.get_thing_shadow(thingName='lamp'))
            first = update({'state': {'desired': {'on': True, 'rgb': [1, 2]},
                'reported': {'on': False}}, 'clientToken': 'c1'})
            assert first['version'] == 1 and first['clientToken'] == 'c1', first
            assert 'timestamp' in first['metadata']['desired']['rgb'][1], first
            assert refused(data.exceptions.ConflictException,
                lambda: update({'state': {'desired': {'on': 1}}, 'version': 7})) \\
                == 'Version conflict'
            assert refused(data.exceptions.InvalidRequestException,
                lambda: update({'desired': {}})) == 'Missing required node: state'
            update({'state': {'reported': {'on': True}, 'desired': {'rgb': None}}, 'version': 1})
            whole = body(data.get_thing_shadow(thingName='lamp'))
            assert whole['state'] == {'desired': {'on': True}, 'reported': {'on': True}}, whole
            for name in ('a', 'b', 'c'):
                update({'state': {'desired': {'n': name}}}, shadowName=name)
            page = data.list_named_shadows_for_thing(thingName='lamp', pageSize=2)
            rest = data.list_named_shadows_for_thing(
                thingName='lamp', nextToken=page['nextToken'])
            assert page['results'] + rest['results'] == ['a', 'b', 'c'], (page, rest)
            gone = body(data.delete_thing_shadow(thingName='lamp', shadowName='b'))
            assert gone['version'] == 1, gone
            assert data.list_named_shadows_for_thing(thingName='lamp')['results'] == ['a', 'c']
            assert update({'state': {}}, shadowName='b')['version'] == 2
            """;

    private static final String OTHERS =
            """
            import boto3
            from botocore.exceptions import ClientError
            me = boto3.client('sts').get_caller_identity()
            assert len(me['Account']) == 12, me
            assert me['Arn'].startswith('arn:aws:iam::' + me['Account'] + ':user/'), me

            def named(service, operation, call):
                try:
                    call(boto3.client(service))
                except ClientError as e:
                    assert e.response['ResponseMetadata']['HTTPStatusCode'] == 501, e.response
                    assert e.response['Error']['Code'] == 'NotImplemented', e.response
                    assert operation in e.response['Error']['Message'], e.response
                    return
                raise AssertionError(service)

            named('sts', 'AssumeRole', lambda c: c.assume_role(
                RoleArn='arn:aws:iam::000000000000:role/any', RoleSessionName='any'))
            named('iam', 'ListRoles', lambda c: c.list_roles())
            named('sns', 'ListTopics', lambda c: c.list_topics())
            named('ec2', 'DescribeRegions', lambda c: c.describe_regions())
            named('s3', 'GET /', lambda c: c.list_buckets())
            named('s3', 'PUT /b/k', lambda c: c.put_object(Bucket='b', Key='k', Body=b'x'))
            named('dynamodb', 'ListTables', lambda c: c.list_tables())
            named('sqs', 'ListQueues', lambda c: c.list_queues())
            named('logs', 'DescribeLogGroups', lambda c: c.describe_log_groups())
            named('route53', 'GET /2013-04-01/hostedzone', lambda c: c.list_hosted_zones())
            named('apigateway', 'GET /restapis', lambda c: c.get_rest_apis())
            """;

    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        Program.requireBoto3();
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static void python(String script) throws Exception {
        Program.Result result =
                Program.run(AwsCli.environment(server), List.of("python3", "-c", script));
        assertThat(result.exitCode()).as(result.errors()).isZero();
    }

    /// Developer guide, "Device Shadow REST API" and "Deleting a shadow".
    @Test
    void shadowsAreUpdatedReadListedAndDeleted() throws Exception {
        python(SHADOWS);
    }

    /// STS API reference, "GetCallerIdentity"; the rest would otherwise be errors that boto3 can't
    /// read.
    @Test
    void stsTellsWhoCallsAndServicesThatAreNotHereAreNamed() throws Exception {
        python(OTHERS);
    }
}
