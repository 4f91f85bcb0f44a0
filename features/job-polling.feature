@polling
Feature: A load into the warehouse is polled until it has ended
  An analyst's load runs as a Redshift statement. The workflow starts it and asks for its status.

  Rule: The first version knows two statuses of six

    Background:
      Given the state machine "../scenarios/job-polling/flawed.asl.json"

    Scenario: A load that finishes is asked for four times
      When nothing goes wrong
      Then DescribeLoad is entered 4 times
      And WaitForLoad is entered 4 times
      And the execution takes at least 20 seconds
      And the execution ends in Loaded

    @slow
    Scenario: An aborted load is polled until the history is full
      Step Functions ends an execution whose history has 25,000 events.
      When DescribeLoad reports the status ABORTED every time
      Then after 3 hours the execution is still running
      And the execution fails with States.Runtime
      And the cause contains "maximum number of history events"
      And TellAnalysts is never entered
      And there is a high finding of answer-unhandled at IsLoaded

    @slow
    Scenario: A load that hangs is polled until the history is full
      When DescribeLoad reports the status STARTED every time
      Then the execution fails with States.Runtime
      And IsLoaded is entered at least 1000 times
      And there is a high finding of polling-unbounded at IsLoaded

    Scenario: A start whose answer is lost is made twice
      When StartLoad succeeds but reports RedshiftData.SdkClientException
      Then StartLoad takes effect twice
      And there is a critical finding of effect-repeated at StartLoad

    Scenario: One throttled question ends the execution while the load goes on
      When DescribeLoad is throttled on visit 2
      Then DescribeLoad is entered twice
      And the execution fails
      And no failure is caught
      And there is a finding of transient-not-retried at DescribeLoad

  Rule: The repaired version handles every status and counts its polls

    Background:
      Given the state machine "../scenarios/job-polling/repaired.asl.json"

    Scenario Outline: A load that ends as <status> leads to <end>
      When DescribeLoad reports the status <status> every time
      Then the execution ends in <end>
      And CancelLoad is never entered

      Examples:
        | status   | end        |
        | FINISHED | Loaded     |
        | FAILED   | LoadFailed |
        | ABORTED  | LoadFailed |

    @slow
    Scenario: A load that hangs is cancelled after two hours
      When DescribeLoad reports the status STARTED every time
      Then DescribeLoad is entered 240 times
      And CancelLoad takes effect once
      And CancelLoad is entered before TellAnalysts
      And CancelLoad is entered after at least 2 hours
      And the execution fails with LoadFailed

    Scenario: The statuses of a load are asked for one after the other
      Given DescribeLoad returns these answers:
        """
        { "Id": "statement-1", "Status": "PICKED" }
        { "Id": "statement-1", "Status": "STARTED" }
        { "Id": "statement-1", "Status": "FINISHED" }
        """
      When nothing goes wrong
      Then the execution takes at least 90 seconds
      And the input of IsLoaded#3 at $.polls is 3

    Scenario: A start that is made again has the same token
      When StartLoad succeeds but reports RedshiftData.SdkClientException
      Then StartLoad is attempted twice
      And the request of StartLoad at $.ClientToken is "load-2026-03-14"
      And StartLoad takes effect once
      And there is no finding of effect-repeated

    @slow
    Scenario: Under any single fault the polling ends
      When any single fault strikes
      Then the execution never hangs
      And the execution succeeds or fails with LoadFailed
      And there are no findings above low
