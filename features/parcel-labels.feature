@map @distributed @heartbeat
Feature: Every parcel of a manifest gets a label, then the driver takes them
  A distributed Map reads the manifest from S3. The van comes at its hour, and the driver's device sends a heartbeat
  while the parcels are handed over. The definition is written in the feature.

  Background:
    Given the state machine:
      """
      Comment: Prints a label for every parcel of a manifest, and hands the parcels over
      StartAt: PrintAll
      TimeoutSeconds: 86400
      States:
        PrintAll:
          Type: Map
          ItemReader:
            Resource: arn:aws:states:::s3:getObject
            ReaderConfig: { InputType: CSV, CSVHeaderLocation: FIRST_ROW }
            Parameters: { Bucket: manifests, Key.$: $.manifest }
          ItemProcessor:
            ProcessorConfig: { Mode: DISTRIBUTED, ExecutionType: STANDARD }
            StartAt: PrintLabel
            States:
              PrintLabel:
                Type: Task
                Resource: arn:aws:states:::lambda:invoke
                Parameters:
                  FunctionName: arn:aws:lambda:us-east-1:123456789012:function:print-label
                  Payload: { parcelId.$: $.parcelId, idempotencyKey.$: $.parcelId }
                TimeoutSeconds: 30
                Retry:
                  - ErrorEquals: [Lambda.TooManyRequestsException, Lambda.ServiceException, States.Timeout]
                    IntervalSeconds: 2
                    MaxAttempts: 2
                    BackoffRate: 2
                End: true
          ToleratedFailurePercentage: 50
          MaxConcurrency: 100
          ResultPath: null
          Catch:
            - ErrorEquals: [States.ItemReaderFailed]
              ResultPath: $.failure
              Next: NoManifest
            - ErrorEquals: [States.ALL]
              ResultPath: $.failure
              Next: LabelsMissing
          Next: WaitForVan
        WaitForVan:
          Type: Wait
          TimestampPath: $.vanAt
          Next: HandOver
        HandOver:
          Type: Task
          Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
          Parameters:
            QueueUrl: https://sqs.us-east-1.amazonaws.com/123456789012/hand-over
            MessageBody: { manifest.$: $.manifest, taskToken.$: $$.Task.Token }
          HeartbeatSeconds: 600
          TimeoutSeconds: 14400
          ResultPath: $.handover
          Catch:
            - ErrorEquals: [States.HeartbeatTimeout]
              ResultPath: $.failure
              Next: DriverIsGone
          Next: HandedOver
        HandedOver:
          Type: Succeed
        NoManifest:
          Type: Fail
          Error: NoManifest
          Cause: The manifest cannot be read
        LabelsMissing:
          Type: Fail
          Error: LabelsMissing
          Cause: More than half of the labels could not be printed
        DriverIsGone:
          Type: Fail
          Error: DriverIsGone
          Cause: The driver has not been heard of for ten minutes
      """
    And the input:
      """
      { "manifest": "monday.csv", "vanAt": "2026-03-14T08:00:00Z" }
      """
    And the execution starts at "2026-03-14T06:00:00Z"
    And the S3 object "manifests/monday.csv" contains:
      """
      parcelId,weight
      p-1,2
      p-2,7
      p-3,1
      p-4,3
      """

  Rule: Labels are printed for what the manifest lists

    Scenario: Four parcels are printed, and handed over when the van is there
      When nothing goes wrong
      Then PrintLabel is entered 4 times
      And HandOver is entered after at least 2 hours
      And the execution ends in HandedOver

    Scenario: Throttling of one label passes
      When PrintLabel is throttled in item 2 as often as its retries survive
      Then the execution succeeds

    Scenario: One label that cannot be printed is tolerated
      When PrintLabel fails with OutOfPaper in item 0
      Then the execution ends in HandedOver

    Scenario: Without three of four labels no van is loaded
      When PrintLabel fails with OutOfPaper in item 0
      And PrintLabel fails with OutOfPaper in item 1
      And PrintLabel fails with OutOfPaper in item 2
      Then PrintAll catches States.ExceedToleratedFailureThreshold and goes to LabelsMissing
      And HandOver is never entered

    Scenario: A manifest that is not there is told from labels that fail
      Given the input:
        """
        { "manifest": "tuesday.csv", "vanAt": "2026-03-14T08:00:00Z" }
        """
      When nothing goes wrong
      Then PrintAll catches States.ItemReaderFailed and goes to NoManifest
      And the execution fails with NoManifest

  Rule: The hand-over is watched

    Scenario: A driver who goes silent is missed within ten minutes
      When HandOver misses its heartbeat
      Then HandOver waits at most 10 minutes
      And DriverIsGone is entered
      And the execution fails with DriverIsGone

    Scenario: A driver who takes three hours is in time while the device is heard
      Given the task token of HandOver is answered after 3 hours
      When nothing goes wrong
      Then the execution succeeds

    Scenario: A van that was there before is not waited for
      Given the execution starts at "2026-03-14T09:00:00Z"
      When nothing goes wrong
      Then the execution takes at most 1 minute
