@approval @callback
Feature: An expense claim waits for a manager
  The manager approves or rejects a claim by returning a task token. An approved claim is paid, and the employee told.
  The definitions are written in YAML.

  Rule: The first version takes silence and failures for an answer

    Background:
      Given the state machine "../scenarios/human-approval/flawed.asl.yaml"
      And the mocks "../scenarios/human-approval/flawed.mocks.json#Approved"

    Scenario: An approved claim is paid
      When nothing goes wrong
      Then PayClaim is entered
      And the request of TellEmployee at $.Message is "Your claim claim-204 was approved"
      And the execution succeeds

    @slow
    Scenario: A manager who never answers keeps the claim open for ever
      When nobody answers the task token of AskManager
      Then after 30 days AskManager is still waiting
      And the execution times out
      And there is a high finding of callback-unbounded at AskManager

    Scenario: The third button of the form ends the execution
      Given the mocks "../scenarios/human-approval/flawed.mocks.json#AsksBack"
      When nothing goes wrong
      Then the execution fails with States.Runtime
      And the cause contains "Failed to transition out of the state"
      And there is a finding of choice-unmatched at IsApproved

    Scenario: A claim that was never paid looks settled
      When PayClaim fails with an unexpected error
      Then the execution succeeds
      And the output at $.payment does not exist
      And the output at $.note is "The claim is paid with the next salary"
      And there is a high finding of failure-swallowed at PayClaim

    Scenario: One throttled call leaves the claim undecided, and it looks settled
      When AskManager is throttled once
      Then AskManager is attempted once
      And the execution succeeds
      And PayClaim is never entered
      And there is a finding of failure-swallowed at AskManager

  Rule: The repaired version bounds the wait and escalates what is neither yes nor no

    Background:
      Given the state machine "../scenarios/human-approval/repaired.asl.yaml"

    Scenario Outline: A manager who answers <answer> leads to <end>
      Given the mocks "../scenarios/human-approval/repaired.mocks.json#<answer>"
      When nothing goes wrong
      Then the execution ends as <status>
      And the execution ends in <end>

      Examples:
        | answer   | end             | status    |
        | Approved | TellEmployee    | SUCCEEDED |
        | Rejected | TellEmployee    | SUCCEEDED |
        | AsksBack | ClaimNotSettled | FAILED    |

    Scenario: A rejected claim is not paid
      Given the mocks "../scenarios/human-approval/repaired.mocks.json#Rejected"
      When nothing goes wrong
      Then PayClaim is never entered
      And PayClaim never takes effect

    @slow
    Scenario: After three days of silence the desk is told
      Given the mocks "../scenarios/human-approval/repaired.mocks.json#Approved"
      When nobody answers the task token of AskManager
      Then after 71 hours AskManager is still waiting
      And nobody waits longer than 3 days
      And Escalate is entered after at least 3 days
      And the execution fails with ClaimNotSettled

    @slow
    Scenario: An answer on the second day is in time
      Given the mocks "../scenarios/human-approval/repaired.mocks.json#Approved"
      And the task token of AskManager is answered after 2 days
      When nothing goes wrong
      Then the execution succeeds
      And the execution takes at least 2 days

    Scenario: A second click on the button changes nothing
      Given the mocks "../scenarios/human-approval/repaired.mocks.json#Approved"
      When the task token of AskManager is answered twice
      Then PayClaim is entered once
      And the execution succeeds

    @slow
    Scenario: An answer after the deadline comes too late to pay
      Given the mocks "../scenarios/human-approval/repaired.mocks.json#Approved"
      When the task token of AskManager is answered too late
      Then PayClaim is never entered
      And the execution fails with ClaimNotSettled

    Scenario: A manager who has left is reported
      Given the mocks "../scenarios/human-approval/repaired.mocks.json#Approved"
      When the task token of AskManager is answered with ManagerHasLeft
      Then AskManager catches ManagerHasLeft and goes to Escalate
      And the input of Escalate at $.failure.Error is "ManagerHasLeft"

    Scenario: Under any single fault a claim is settled or escalated
      Given the mocks "../scenarios/human-approval/repaired.mocks.json#Approved"
      When any single fault strikes
      Then the execution succeeds or fails with ClaimNotSettled
      And every failure is visible
