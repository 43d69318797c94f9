/// The AWS API without sockets: a request's bytes to one method of one service and back. {@link
/// io.homeport.aws.ApiDoor} verifies SigV4, finds the operation in the service models, decodes it
/// into the AWS SDK's own request type, checks the model's constraints, calls the service and
/// renders its answer or its fault.
@NullMarked
package io.homeport.aws;

import org.jspecify.annotations.NullMarked;
